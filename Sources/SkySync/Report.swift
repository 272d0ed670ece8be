/// What a push, pull or sync did with one node.
public struct SyncReport: Equatable, Sendable {
  /// As the user named them.
  public var source: String
  public var destination: String
  public var filesSent = 0
  public var filesUnchanged = 0
  public var filesDeleted = 0
  public var filesMoved = 0
  /// Content of the files sent.
  public var bytesContent: Int64 = 0
  /// What went into the connection and came out of it, before encryption.
  public var bytesWireOut: Int64 = 0
  public var bytesWireIn: Int64 = 0
  /// How often this side waited for an answer of the node.
  public var roundTrips = 0
  public var seconds = 0.0
  /// What failed: the rest was done.
  public var problems: [Problem] = []
  /// What was left as it is, or done, in a way that one should know; nothing failed.
  public var notices: [Problem] = []
  /// What would be done; nil unless it was a dry run.
  public var plan: PlannedOperations?

  public init(source: String, destination: String) {
    self.source = source
    self.destination = destination
  }

  /// Takes in what a second run over the same files did.
  mutating func add(_ more: SyncReport) {
    addWork(of: more)
    problems += more.problems.filter { !problems.contains($0) }
    notices += more.notices.filter { !notices.contains($0) }
  }
  /// Adds what another run did and what it cost, but neither what it left alone nor what it said.
  package mutating func addWork(of more: SyncReport) {
    filesSent += more.filesSent
    filesDeleted += more.filesDeleted
    filesMoved += more.filesMoved
    bytesContent += more.bytesContent
    bytesWireOut += more.bytesWireOut
    bytesWireIn += more.bytesWireIn
    roundTrips += more.roundTrips
  }
}
