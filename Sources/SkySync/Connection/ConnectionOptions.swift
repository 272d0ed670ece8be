import HostBook
import SystemPackage

/// What a connection does beyond what the ssh configuration says.
///
/// Make one for all connections of a process and hand out copies: they share unlocked keys and the
/// connections to jump hosts.
public struct ConnectionOptions: Sendable {
  /// From the first packet to the end of authentication, retries included, the time in which a person
  /// is asked and the time in our own queue excluded. ConnectTimeout of the host wins over it.
  public var connect: Duration = .seconds(30)
  /// With a command running, the longest time without a byte from the node. nil: for ever.
  public var idle: Duration?
  /// The longest time of one command, from start to outcome. nil: for ever.
  public var total: Duration?
  /// How often the server is asked whether it is there; eight intervals without a byte end the connection.
  /// ServerAliveInterval and ServerAliveCountMax of the host win. Two seconds at least.
  public var keepAlive: Duration = .seconds(15)
  /// How many bytes each command may send ahead of its reader.
  public var receiveWindow = 4 << 20
  /// Asked for the passphrase of a key file, up to three times; nil gives up on that key.
  /// - Parameter attempt: 1 for the first question.
  public var passphrase: (@Sendable (_ key: FilePath, _ attempt: Int) async -> [UInt8]?)?
  /// Asked for the password of a user where the server takes no key; nil gives up. Without it none is tried.
  /// - Parameter attempt: 1 for the first question.
  public var password: (@Sendable (_ host: ResolvedHost, _ attempt: Int) async -> [UInt8]?)?
  /// How to fall back on OpenSSH's own client; nil never does.
  public var openSSH: OpenSSHUse?
  /// Keeps unlocked keys; shared by all connections whose options are copies of these.
  public var keyRing = KeyRing()
  /// Says what a jump host's name means. Without it ProxyJump is `unsupported`.
  public var resolveJump: (@Sendable (_ name: String) async throws(SyncError) -> ResolvedHost)?
  /// Keeps the connections to jump hosts; shared by all connections whose options are copies of these.
  public var jumps = JumpPool()
  /// Asked whether an unknown host key may be learned (StrictHostKeyChecking ask). nil: it may not.
  public var acceptHostKey: (@Sendable (HostKeyQuestion) async -> Bool)?
  /// Told what a person should know and no error says, such as a host key that was learned.
  public var notice: (@Sendable (String) -> Void)?
  /// Who asks, from where.
  public var user: LocalUser

  public init(user: LocalUser = .current) {
    self.user = user
  }
}

/// An unknown host key about which somebody has to decide.
public struct HostKeyQuestion: Sendable, Equatable {
  /// The name under which it would be learned, as known_hosts spells it.
  public var host: String
  /// Such as ssh-ed25519.
  public var keyType: String
  /// As `ssh-keygen -l` prints it: SHA256:…
  public var fingerprint: String
}
