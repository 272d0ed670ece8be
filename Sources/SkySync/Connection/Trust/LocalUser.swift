#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The person on this side, as ssh's tokens and default paths see them.
public struct LocalUser: Equatable, Sendable {
  public var name: String
  public var id: UInt32
  /// The passwd entry's home: ssh expands `~` and `%d` to it, whatever HOME says.
  public var home: String
  /// This machine's name, with its domain if it has one.
  public var machine: String
  /// SSH_AUTH_SOCK and `${…}` are taken from here.
  public var environment: [String: String]

  public init(
    name: String, id: UInt32, home: String, machine: String, environment: [String: String]
  ) {
    self.name = name
    self.id = id
    self.home = home
    self.machine = machine
    self.environment = environment
  }

  /// As the process was started.
  public static let current = LocalUser.read()

  private static func read() -> LocalUser {
    let entry = getpwuid(geteuid())
    var machine = [CChar](repeating: 0, count: 256)
    gethostname(&machine, machine.count - 1)
    return LocalUser(
      name: entry.map { String(cString: $0.pointee.pw_name) } ?? "",
      id: geteuid(),
      home: entry.map { String(cString: $0.pointee.pw_dir) } ?? "/",
      machine: machine.withUnsafeBufferPointer {
        $0.baseAddress.map { String(cString: $0) } ?? ""
      },
      environment: readEnvironment())
  }

  private static func readEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    var next = environ
    while let text = next.pointee {
      let parts = String(cString: text).split(separator: "=", maxSplits: 1)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
      next += 1
    }
    return variables
  }

  /// The home of another user, for `~name`.
  static func home(of name: String) -> String? {
    getpwnam(name).map { String(cString: $0.pointee.pw_dir) }
  }
}
