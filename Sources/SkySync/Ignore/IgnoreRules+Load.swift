import SystemPackage

extension IgnoreRules {
  /// The rules that count for `root`, as git would apply them there: ignore files of the folders above it in
  /// the same repository, `info/exclude`, `core.excludesFile`. A `.skyignore` in `root` replaces them all.
  ///
  /// Outside of a repository the `.gitignore` files in `root` and below and `core.excludesFile` count.
  /// Nothing here fails: what cannot be read is in `problems`.
  package static func load(
    _ root: FilePath, environment: GitEnvironment, files: some FileReading
  ) -> IgnoreRules {
    var loader = RulesLoader(files.resolved(root) ?? root, environment, files)
    loader.load()
    loader.leaveOutOwnFolder()
    return loader.rules
  }
}

private struct RulesLoader<Files: FileReading> {
  var rules = IgnoreRules()
  private let root: FilePath
  private let environment: GitEnvironment
  private let files: Files

  init(_ root: FilePath, _ environment: GitEnvironment, _ files: Files) {
    self.root = root
    self.environment = environment
    self.files = files
  }

  mutating func load() {
    var repository = GitRepository.find(
      from: root, ceilings: environment.ceilings, files: files)
    let config = GitConfig.read(environment, repository: repository, files: files)
    rules.foldsCase = config.isTrue("core.ignorecase")
    guard files.kind(root.appending(".skyignore")) == nil else {
      rules.fileName = Array(".skyignore".utf8)
      rules.followsLinks = true
      return
    }
    rules.fileName = Array(".gitignore".utf8)
    rules.problems = config.problems
    if let value = config.last("core.worktree")?.value, let found = repository {
      let top = found.folder.pushing(FilePath(rawBytes: value))
      repository?.top = files.resolved(top) ?? top
    }
    if let found = repository, !root.starts(with: found.top) { repository = nil }
    addFallbacks(repository, config)
    guard let repository else { return }
    addFoldersAbove(repository)
    let usesSHA256 = config.last("extensions.objectformat")?.value == Array("sha256".utf8)
    rules.trackedSource = TrackedSource(
      index: repository.folder.appending("index"), hashSize: usesSHA256 ? 32 : 20,
      prefix: rules.prefix)
  }

  /// Asked last of all: whoever wants it sent can say so with a `!` rule.
  mutating func leaveOutOwnFolder() {
    guard let folder = environment.ownFolder, let own = files.resolved(folder), own != root,
      own.starts(with: root)
    else { return }
    let path = own.rawBytes.dropFirst(root.rawBytes.count).drop { $0 == slash }
    var pattern: [UInt8] = [slash]
    for byte in rules.prefix + path {
      if "*?[\\".utf8.contains(byte) { pattern.append(UInt8(ascii: "\\")) }
      pattern.append(byte)
    }
    pattern.append(slash)
    rules.fallbacks.append(IgnoreList(file: Array("sky's own folder".utf8), content: pattern))
  }

  private mutating func addFallbacks(_ repository: GitRepository?, _ config: GitConfig) {
    if let repository {
      let exclude = repository.commonFolder.appending("info").appending("exclude")
      if let list = list(exclude, content: { files throws(Errno) in try files.content(exclude) }) {
        rules.fallbacks.append(list)
      }
    }
    let value = config.last("core.excludesfile").map { $0.value ?? [] }
    let file =
      value.map { $0.isEmpty ? nil : environment.path($0, relativeTo: repository?.top ?? root) }
      ?? environment.userFolder?.appending("ignore")
    if let file, let list = list(file, content: { files throws(Errno) in try files.content(file) })
    {
      rules.fallbacks.append(list)
    }
  }

  /// From the repository's top down to the folder around the root.
  private mutating func addFoldersAbove(_ repository: GitRepository) {
    let below = root.rawBytes.dropFirst(repository.top.rawBytes.count)
    var folder = repository.top
    for part in below.split(separator: slash) {
      let file = folder.appending(".gitignore")
      if let list = list(file, content: { files throws(Errno) in try files.ownContent(file) }) {
        rules.above = IgnoreLevel(
          list: list, baseLength: rules.prefix.count, parent: rules.above)
      }
      folder.push(FilePath(rawBytes: part))
      let start = rules.prefix.count
      rules.prefix += part
      let match = rules.prefix.withUnsafeBufferPointer {
        rules.match($0, nameStart: start, isFolder: true, in: rules.above)
      }
      rules.prefix.append(slash)
      if let match, match.ignores, rules.rootRule == nil { rules.rootRule = match.rule }
    }
  }

  private mutating func list(
    _ file: FilePath, content: (Files) throws(Errno) -> [UInt8]
  ) -> IgnoreList? {
    do throws(Errno) {
      let list = try IgnoreList(
        file: label(file), content: content(files), foldsCase: rules.foldsCase)
      return list.isEmpty ? nil : list
    } catch .noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels {
      return nil
    } catch {
      let reason = "cannot read the ignore rules: \(error.description)"
      rules.problems.append(Problem(path: label(file), reason: reason))
      return nil
    }
  }

  /// Relative to the root when it is below it.
  private func label(_ file: FilePath) -> [UInt8] {
    var below = file
    return below.removePrefix(root) ? below.rawBytes : file.rawBytes
  }
}
