import HostBook

/// Why something with an object store failed: what was tried, on which object, why, and what to do.
///
/// Holds no secret: keys are never part of a message.
public struct StorageError: ExplainedError, Equatable, Sendable {
  /// The class of the failure; the command line's exit code follows from it.
  public struct Code: Hashable, Sendable, RawRepresentable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The bucket does not exist: exit 68.
    public static let noBucket = Code(rawValue: "no-bucket")
    /// The object, prefix, file or folder to take from does not exist: exit 66.
    public static let noSource = Code(rawValue: "no-source")
    /// The store does not answer, or stopped answering: exit 69.
    public static let unreachable = Code(rawValue: "unreachable")
    /// The store refused the keys, or what they may do: exit 77.
    public static let denied = Code(rawValue: "denied")
    /// Keys are needed and none were found, or they cannot be read: exit 77.
    public static let noCredentials = Code(rawValue: "no-credentials")
    /// A program is missing here or on the node: exit 1.
    public static let noProgram = Code(rawValue: "no-program")
    /// A folder or file cannot be written here or on the node: exit 73.
    public static let cannotWrite = Code(rawValue: "cannot-write")
    /// The target is in use, or holds files that a mount would hide: exit 1.
    public static let busy = Code(rawValue: "busy")
    /// Files of a mount are not in the bucket yet: exit 1.
    public static let unflushed = Code(rawValue: "unflushed")
    /// Some objects failed and the others are there: exit 3.
    public static let partly = Code(rawValue: "partly")
    /// The node cannot be reached: exit 69.
    public static let nodeLost = Code(rawValue: "node-lost")
    /// The caller was cancelled: exit 130.
    public static let cancelled = Code(rawValue: "cancelled")
    /// Another reason: exit 1.
    public static let failed = Code(rawValue: "failed")
  }

  public var code: Code
  /// The URI, mount target or file it is about; with the node's name in front when it is about a node.
  public var subject: String
  /// What was tried and why it failed.
  public var reason: String
  /// What to do about it, when something can be said.
  public var advice: String?

  public init(_ code: Code, _ subject: String, _ reason: String, advice: String? = nil) {
    self.code = code
    self.subject = subject
    self.reason = reason
    self.advice = advice
  }
}
