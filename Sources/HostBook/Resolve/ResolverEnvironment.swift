import SystemPackage

/// Everything that an answer depends on besides the name: nothing below reads the process's own state.
public struct ResolverEnvironment: Sendable {
  /// Which files configure ssh.
  public enum Source: Equatable, Sendable {
    /// `~/.ssh/config` of the passwd home, then `/etc/ssh/ssh_config`.
    case standard
    /// `-F FILE`: this file only.
    case file(FilePath)
    /// The same with a user's own file, which there need not be.
    case own(FilePath)
    /// `-F none`.
    case none
  }

  /// What to do with `Match exec`.
  public enum ExecPolicy: Sendable {
    /// Run it: the closure gets the command with its tokens expanded and says whether it exited with 0.
    case run(@Sendable (_ command: String) throws(ResolveError) -> Bool)
    /// Do not run; the criterion counts as failed and the answer says so.
    case skip
    /// Do not run; a name whose answer depends on it is an error (`undecided`).
    case refuse
  }

  /// A DNS look-up made for CanonicalizeHostname.
  public struct Lookup: Sendable {
    /// nil when ssh would see no canonical name.
    public var canonicalName: String?
    public init(canonicalName: String?) { self.canonicalName = canonicalName }
  }

  /// `$HOME`, where `~` in an Include leads; nil when unset.
  public var home: FilePath?
  /// The passwd entry's home, where `~` leads everywhere else.
  public var passwdHome: FilePath
  public var user: String
  public var uid: UInt32
  /// What gethostname(3) says.
  public var localHostname: String
  public var variables: [String: String]
  public var profile: VersionProfile
  public var source: Source
  public var systemConfig: FilePath = "/etc/ssh/ssh_config"
  public var exec: ExecPolicy
  public var files: any ConfigFiles
  /// The home of another user, for `~name`.
  public var homeOfUser: @Sendable (String) -> FilePath?
  /// The TCP port of a service name, as getservbyname(3) has it.
  public var servicePort: @Sendable (String) -> Int?
  /// The address when `name` is one address and nothing else, in the normal spelling.
  public var numericAddress: @Sendable (_ name: String, AddressFamily) -> String?
  /// A forward look-up; nil when the name is not found.
  public var lookUp: @Sendable (_ name: String, AddressFamily) -> Lookup?

  public enum AddressFamily: Int, Sendable { case any = 0, inet = 1, inet6 = 2 }

  public init(
    home: FilePath?, passwdHome: FilePath, user: String, uid: UInt32, localHostname: String,
    variables: [String: String], profile: VersionProfile, source: Source, exec: ExecPolicy,
    files: any ConfigFiles,
    homeOfUser: @escaping @Sendable (String) -> FilePath?,
    servicePort: @escaping @Sendable (String) -> Int?,
    numericAddress: @escaping @Sendable (_ name: String, AddressFamily) -> String?,
    lookUp: @escaping @Sendable (_ name: String, AddressFamily) -> Lookup?
  ) {
    self.home = home
    self.passwdHome = passwdHome
    self.user = user
    self.uid = uid
    self.localHostname = localHostname
    self.variables = variables
    self.profile = profile
    self.source = source
    self.exec = exec
    self.files = files
    self.homeOfUser = homeOfUser
    self.servicePort = servicePort
    self.numericAddress = numericAddress
    self.lookUp = lookUp
  }

  /// A port number or service name; nil for anything else.
  func port(_ text: Bytes) -> Int? {
    Numbers.number(text, in: 0...65535) ?? servicePort(text.text)
  }
}
