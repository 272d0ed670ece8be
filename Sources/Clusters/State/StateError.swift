import HostBook

/// Why the state of the clusters could not be read, changed or locked.
public struct StateError: ExplainedError, Equatable, Sendable {
  /// The class of the failure; the command line's exit code follows from it.
  public struct Code: Hashable, Sendable, RawRepresentable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// No cluster has this name: exit 68.
    public static let noSuchCluster = Code(rawValue: "no-such-cluster")
    /// The cluster has no job of this number: exit 68.
    public static let noSuchJob = Code(rawValue: "no-such-job")
    /// Another sky works on the cluster, or holds the database: exit 1.
    public static let busy = Code(rawValue: "busy")
    /// The database is not one, or is damaged: exit 1.
    public static let corrupt = Code(rawValue: "corrupt")
    /// The database was written by a newer sky: exit 1.
    public static let newer = Code(rawValue: "newer")
    /// A folder or file cannot be made, opened or written: exit 73.
    public static let cannotWrite = Code(rawValue: "cannot-write")
    /// The database refused for another reason: exit 1.
    public static let failed = Code(rawValue: "failed")
    /// The caller was cancelled while it waited for a lock: exit 130.
    public static let cancelled = Code(rawValue: "cancelled")
  }

  public var code: Code
  /// The cluster or file it is about.
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
