import SystemPackage

/// Where git finds the user's configuration: from environment variables, see git(1) and git-config(1).
public struct GitEnvironment: Equatable, Sendable {
  public var home: FilePath?
  /// `$XDG_CONFIG_HOME/git`, by default `~/.config/git`.
  public var userFolder: FilePath?
  /// The system's and the user's configuration files; the last one wins.
  public var configFiles: [FilePath]
  /// `GIT_CONFIG_KEY_n` and `_VALUE_n`, which win over all files.
  public var overrides: [GitSetting]
  /// `GIT_CEILING_DIRECTORIES`: a repository is not looked for in or above them.
  public var ceilings: [FilePath]
  /// sky's own folder, with keys of clusters and files of local nodes: left out where it is part of a tree.
  public var ownFolder: FilePath?

  public init(
    home: FilePath? = nil, userFolder: FilePath? = nil, configFiles: [FilePath] = [],
    overrides: [GitSetting] = [], ceilings: [FilePath] = []
  ) {
    self.home = home
    self.userFolder = userFolder
    self.configFiles = configFiles
    self.overrides = overrides
    self.ceilings = ceilings
  }

  /// From all variables of a process.
  public init(_ variables: [String: String]) {
    func path(_ name: String) -> FilePath? {
      variables[name].flatMap { $0.isEmpty ? nil : FilePath($0) }
    }
    self.init()
    home = path("HOME")
    ownFolder = path("SKY_HOME") ?? home?.appending(".sky")
    userFolder = (path("XDG_CONFIG_HOME") ?? home?.appending(".config"))?.appending("git")
    if variables["GIT_CONFIG_NOSYSTEM"].map(GitSetting.isTrue) != true {
      configFiles.append(path("GIT_CONFIG_SYSTEM") ?? "/etc/gitconfig")
    }
    if let file = variables["GIT_CONFIG_GLOBAL"] {
      configFiles += file.isEmpty ? [] : [FilePath(file)]
    } else {
      configFiles += [userFolder?.appending("config"), home?.appending(".gitconfig")]
        .compactMap { $0 }
    }
    let count = min(variables["GIT_CONFIG_COUNT"].flatMap(Int.init) ?? 0, 1000)
    for index in 0..<max(0, count) {
      guard let key = variables["GIT_CONFIG_KEY_\(index)"] else { continue }
      let value = variables["GIT_CONFIG_VALUE_\(index)"].map { Array($0.utf8) }
      overrides.append(GitSetting(key: GitSetting.folded(key), value: value))
    }
    ceilings = (variables["GIT_CEILING_DIRECTORIES"] ?? "").split(separator: ":")
      .filter { $0.hasPrefix("/") }.map { FilePath(String($0)) }
  }
}

/// One setting of a git configuration.
public struct GitSetting: Equatable, Sendable {
  /// `section.name` or `section.subsection.name`; section and name in lower case.
  public var key: String
  /// nil for a name without `=`, which is true.
  public var value: [UInt8]?

  public init(key: String, value: [UInt8]?) {
    self.key = key
    self.value = value
  }

  var isTrue: Bool { value.map { Self.isTrue(String(decoding: $0, as: UTF8.self)) } ?? true }

  static func isTrue(_ text: String) -> Bool {
    switch text.lowercased() {
    case "true", "yes", "on": true
    default: Int(text).map { $0 != 0 } ?? false
    }
  }

  /// Section and name do not distinguish case, a subsection does.
  static func folded(_ key: String) -> String {
    guard let first = key.firstIndex(of: "."), let last = key.lastIndex(of: ".") else {
      return key.lowercased()
    }
    return key[..<first].lowercased() + key[first..<last] + key[last...].lowercased()
  }
}
