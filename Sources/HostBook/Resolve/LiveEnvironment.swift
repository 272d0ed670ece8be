import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension ResolverEnvironment {
  /// This process's user, host and environment, and the real files.
  ///
  /// - Parameters:
  ///   - profile: which OpenSSH to follow; see `VersionProfile.installed()`.
  ///   - source: which files; `-F` of ssh.
  ///   - exec: what to do with `Match exec`; by default it is run, as ssh would.
  public static func live(
    profile: VersionProfile, source: Source = .standard, exec: ExecPolicy? = nil
  ) -> ResolverEnvironment {
    let uid = getuid()
    let account = Account.of(uid: uid)
    let variables = Self.processVariables()
    return ResolverEnvironment(
      home: variables["HOME"].map { FilePath($0) }, passwdHome: account?.home ?? "/",
      user: account?.name ?? String(uid), uid: uid, localHostname: Self.hostname(),
      variables: variables, profile: profile, source: source,
      exec: exec ?? .runInShell(variables: variables),
      files: LiveConfigFiles(uid: uid, trustsPrivateGroups: profile.isDebian),
      homeOfUser: { Account.of(name: $0)?.home }, servicePort: NameService.port,
      numericAddress: NameService.numericAddress, lookUp: NameService.lookUp)
  }

  private static func hostname() -> String {
    var buffer = [CChar](repeating: 0, count: 1025)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  static func processVariables() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let line = String(cString: text)
      if let equals = line.firstIndex(of: "=") {
        variables[String(line[..<equals])] =
          variables[String(line[..<equals])]
          ?? String(line[line.index(after: equals)...])
      }
      entry += 1
    }
    return variables
  }
}

extension ResolverEnvironment.Source {
  /// The files that `ssh` of this user reads, or `ssh -F`: `file` when one is named; else the user's own
  /// configuration, with `-F` when it is not where ssh looks by itself.
  public static func of(_ home: SkyHome, file: FilePath? = nil) -> Self {
    if let file { return file == "none" ? .none : .file(file) }
    let standard = home.passwdHome.appending(".ssh").appending("config")
    return home.userConfig == standard ? .standard : .own(home.userConfig)
  }
}

/// An entry of the passwd database.
struct Account {
  var name: String
  var home: FilePath

  /// getpwuid(3), getpwnam(3) and their like hand out shared storage.
  static let lock = Mutex(())

  static func of(uid: uid_t) -> Account? {
    lock.withLock { _ in getpwuid(uid).flatMap(Account.init) }
  }

  static func of(name: String) -> Account? {
    lock.withLock { _ in getpwnam(name).flatMap(Account.init) }
  }

  private init?(_ entry: UnsafeMutablePointer<passwd>) {
    guard let name = entry.pointee.pw_name, let home = entry.pointee.pw_dir else { return nil }
    self.name = String(cString: name)
    self.home = FilePath(String(cString: home))
  }
}
