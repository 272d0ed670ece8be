import SystemPackage

/// The git configuration that counts in one place: all files in git's order, with what they include.
struct GitConfig: Sendable {
  private(set) var settings: [GitSetting] = []
  private(set) var problems: [Problem] = []

  /// The last one given counts.
  func last(_ key: String) -> GitSetting? { settings.last { $0.key == key } }

  func isTrue(_ key: String) -> Bool { last(key)?.isTrue ?? false }

  /// - Parameter repository: nil outside of one.
  static func read(
    _ environment: GitEnvironment, repository: GitRepository?, files: some FileReading
  ) -> GitConfig {
    var reader = GitConfigReader(environment, repository, files)
    for file in environment.configFiles { reader.read(file, depth: 0) }
    if let repository {
      reader.read(repository.commonFolder.appending("config"), depth: 0)
      if reader.config.isTrue("extensions.worktreeconfig") {
        reader.read(repository.folder.appending("config.worktree"), depth: 0)
      }
    }
    reader.config.settings += environment.overrides
    return reader.config
  }

  fileprivate mutating func add(_ setting: GitSetting) { settings.append(setting) }
  fileprivate mutating func note(_ problem: Problem) { problems.append(problem) }
}

private struct GitConfigReader<Files: FileReading> {
  var config = GitConfig()
  private let environment: GitEnvironment
  private let repository: GitRepository?
  private let files: Files

  init(_ environment: GitEnvironment, _ repository: GitRepository?, _ files: Files) {
    self.environment = environment
    self.repository = repository
    self.files = files
  }

  /// git stops at ten files that include each other.
  mutating func read(_ file: FilePath, depth: Int) {
    guard depth <= 10, let content = content(file) else { return }
    let (settings, badLine) = GitConfigParser.parse(content)
    for setting in settings {
      config.add(setting)
      if let path = included(by: setting, in: file) { read(path, depth: depth + 1) }
    }
    if let badLine {
      config.note(Problem(path: file.rawBytes, reason: "cannot understand line \(badLine)"))
    }
  }

  private mutating func content(_ file: FilePath) -> [UInt8]? {
    do throws(Errno) {
      return try files.content(file)
    } catch .noSuchFileOrDirectory, .notDirectory {
      return nil
    } catch {
      config.note(
        Problem(path: file.rawBytes, reason: "cannot read the git settings: \(error.description)"))
      return nil
    }
  }

  private func included(by setting: GitSetting, in file: FilePath) -> FilePath? {
    guard let value = setting.value, !value.isEmpty, setting.key.hasSuffix(".path") else {
      return nil
    }
    if setting.key.hasPrefix("includeif.") {
      let condition = setting.key.dropFirst("includeif.".count).dropLast(".path".count)
      guard holds(String(condition), in: file) else { return nil }
    } else if setting.key != "include.path" {
      return nil
    }
    return environment.path(value, relativeTo: file.removingLastComponent())
  }

  private func holds(_ condition: String, in file: FilePath) -> Bool {
    guard let repository, let colon = condition.firstIndex(of: ":") else { return false }
    let pattern = String(condition[condition.index(after: colon)...])
    switch condition[..<colon] {
    case "gitdir": return isInside(repository, pattern, in: file, foldsCase: false)
    case "gitdir/i": return isInside(repository, pattern, in: file, foldsCase: true)
    case "onbranch": return isOn(repository, pattern)
    default: return false
    }
  }

  private func isInside(
    _ repository: GitRepository, _ pattern: String, in file: FilePath, foldsCase: Bool
  ) -> Bool {
    var pattern = pattern
    if pattern.hasPrefix("~/"), let home = environment.home {
      pattern = (files.resolved(home) ?? home).string + pattern.dropFirst()
    } else if pattern.hasPrefix("./") {
      pattern = file.removingLastComponent().string + pattern.dropFirst()
    } else if !pattern.hasPrefix("/") {
      pattern = "**/" + pattern
    }
    if pattern.hasSuffix("/") { pattern += "**" }
    return matches(pattern, repository.folder.rawBytes, foldsCase: foldsCase)
  }

  private func isOn(_ repository: GitRepository, _ pattern: String) -> Bool {
    let start = Array("ref: refs/heads/".utf8)
    guard let head = try? files.content(repository.folder.appending("HEAD")),
      head.starts(with: start)
    else { return false }
    let branch = head.dropFirst(start.count).prefix { $0 > 32 }
    return matches(pattern.hasSuffix("/") ? pattern + "**" : pattern, Array(branch))
  }

  private func matches(_ pattern: String, _ text: [UInt8], foldsCase: Bool = false) -> Bool {
    let glob = GlobParser.parse(pattern.utf8, crossesFolders: true, foldsCase: foldsCase)
    return text.withUnsafeBufferPointer { text in glob?.matches(text) ?? false }
  }
}

extension GitEnvironment {
  /// A setting's value as a path: `~/` is the home, what is relative begins at `folder`.
  func path(_ value: [UInt8], relativeTo folder: FilePath) -> FilePath {
    if value.starts(with: Array("~/".utf8)), let home {
      return home.appending(FilePath(rawBytes: value.dropFirst(2)).components)
    }
    return folder.pushing(FilePath(rawBytes: value))
  }
}
