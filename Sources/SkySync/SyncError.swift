import HostBook

/// Why a node could not be used. A failed file is not one: that is a problem in the report.
public struct SyncError: ExplainedError, Equatable, Sendable {
  /// The class of the failure; the command line's exit code follows from it.
  public struct Code: Hashable, Sendable, RawRepresentable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// No TCP connection, no ssh banner: exit 69.
    public static let unreachable = Code(rawValue: "unreachable")
    /// The name service has no address for the host: exit 69, or 68 where the name was meant as an alias.
    public static let unknownHost = Code(rawValue: "unknown-host")
    /// ssh's configuration cannot be read, with file and line: exit 65.
    public static let badConfiguration = Code(rawValue: "bad-configuration")
    /// The host key is not the pinned one, is revoked, or is unknown and may not be learned: exit 76.
    public static let hostKey = Code(rawValue: "host-key")
    /// Every key was refused: exit 77.
    public static let authentication = Code(rawValue: "authentication")
    /// The connection broke after it was up: exit 69.
    public static let connectionLost = Code(rawValue: "connection-lost")
    /// A deadline passed (connect, idle or total): exit 69.
    public static let timeout = Code(rawValue: "timeout")
    /// The node is known to be down, not merely out of reach: exit 69.
    public static let nodeGone = Code(rawValue: "node-gone")
    /// The task was cancelled: exit 130.
    public static let cancelled = Code(rawValue: "cancelled")
    /// The node runs no script of ours; what is thrown in the end is `badAnswer`, unless SFTP helped.
    static let noShell = Code(rawValue: "no-shell")
    /// The node answered what no node should: exit 1.
    public static let badAnswer = Code(rawValue: "bad-answer")
    /// Permission, disk full or read-only, on this side or on the node: exit 73.
    public static let cannotWrite = Code(rawValue: "cannot-write")
    /// A source does not exist: exit 66.
    public static let noSource = Code(rawValue: "no-source")
    /// A configuration that this library cannot honour: exit 1.
    public static let unsupported = Code(rawValue: "unsupported")
  }

  public var code: Code
  /// The alias or path it is about.
  public var subject: String
  /// What was tried and why it failed.
  public var reason: String
  /// What to do about it, when something can be said.
  public var advice: String?
  /// OpenSSH's own client may manage what this library cannot.
  public var isForOpenSSH = false

  public init(_ code: Code, _ subject: String, _ reason: String, advice: String? = nil) {
    self.code = code
    self.subject = subject
    self.reason = reason
    self.advice = advice
  }
}
