import SystemPackage

/// What ssh would do for one name: HostBook's answer and SkySync's input.
///
/// Holds every setting as `ssh -G` prints it (same keys, spelling and order, see ssh_config(5)), so that
/// it can be compared with it line by line; the properties below read the ones that a connection needs.
public struct ResolvedHost: Equatable, Sendable {
  /// One line of `ssh -G`.
  public struct Setting: Equatable, Sendable {
    /// The keyword in lower case.
    public var key: String
    public var value: String

    public init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  /// The name as it was typed.
  public var name: String
  public var settings: [Setting]

  public init(name: String, settings: [Setting]) {
    self.name = name
    self.settings = settings
  }

  /// The first value of `key` (lower case), or nil when ssh prints none.
  public func first(_ key: String) -> String? {
    settings.first { $0.key == key }?.value
  }

  /// All values of `key` in order: IdentityFile, SendEnv and other additive keywords have several.
  public func all(_ key: String) -> [String] {
    settings.filter { $0.key == key }.map(\.value)
  }
}

extension ResolvedHost {
  public var hostname: String { first("hostname") ?? name }
  public var user: String { first("user") ?? "" }
  /// The TCP port; 22 when nothing names one.
  public var port: UInt16 { first("port").flatMap(UInt16.init) ?? 22 }
  /// The name under which host keys are looked up (HostKeyAlias), nil for the host name itself.
  public var hostKeyAlias: String? { first("hostkeyalias") }
  /// As `ssh -G` prints them: `~` and tokens are not expanded.
  public var identityFiles: [String] { all("identityfile") }
  public var identitiesOnly: Bool { first("identitiesonly") == "yes" }
  public var identityAgent: String? { first("identityagent") }
  public var proxyJump: String? { first("proxyjump") }
  public var proxyCommand: String? { first("proxycommand") }
  public var strictHostKeyChecking: String { first("stricthostkeychecking") ?? "ask" }
  /// Known-hosts files, the user's first; a value may hold several, separated by spaces.
  public var userKnownHostsFiles: [String] { split("userknownhostsfile") }
  public var globalKnownHostsFiles: [String] { split("globalknownhostsfile") }
  /// nil when ssh would wait as long as the system does.
  public var connectTimeout: Duration? {
    first("connecttimeout").flatMap(Int.init).map { .seconds($0) }
  }
  public var serverAliveInterval: Duration? {
    first("serveraliveinterval").flatMap(Int.init).flatMap { $0 > 0 ? .seconds($0) : nil }
  }

  /// `none` is how an empty list is printed.
  private func split(_ key: String) -> [String] {
    guard let value = first(key), value != "none" else { return [] }
    return value.split(separator: " ").map(String.init)
  }
}
