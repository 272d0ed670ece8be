import HostBook

/// Why a workflow on a cluster did not go on: what was tried, on which cluster, why it failed, what to do.
public struct WorkflowError: ExplainedError, Equatable, Sendable {
  public struct Code: Hashable, Sendable, RawRepresentable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A name that cannot be used, or is used otherwise: exit 64.
    public static let badRequest = Code(rawValue: "bad-request")
    /// No such infrastructure, alias or job: exit 68.
    public static let unknownName = Code(rawValue: "unknown-name")
    /// A local file or folder is not there: exit 66.
    public static let noSource = Code(rawValue: "no-source")
    /// The cluster is not in the state that the command needs: exit 69.
    public static let notUp = Code(rawValue: "not-up")
    /// A program of this machine is missing or failed: exit 1.
    public static let toolFailed = Code(rawValue: "tool-failed")
    /// Some nodes have it and some have not: exit 3.
    public static let partly = Code(rawValue: "partly")
    /// A repository, branch, tag or commit cannot be fetched by a node: exit 66.
    public static let noRepository = Code(rawValue: "no-repository")
    /// Something on a node is in the way and was left as it is: exit 73.
    public static let inTheWay = Code(rawValue: "in-the-way")
    /// The user said no: exit 1.
    public static let declined = Code(rawValue: "declined")
    /// A file of ours cannot be written: exit 73.
    public static let cannotWrite = Code(rawValue: "cannot-write")
  }

  public var code: Code
  public var subject: String
  public var reason: String
  public var advice: String?

  public init(_ code: Code, _ subject: String, _ reason: String, advice: String? = nil) {
    self.code = code
    self.subject = subject
    self.reason = reason
    self.advice = advice
  }
}
