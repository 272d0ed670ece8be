/// What became of a stream's files.
struct PackResult: Sendable {
  struct Sent: Sendable {
    var target: Int
    /// As it was read, which may be newer than the plan.
    var entry: FileEntry
    /// Of a large file, when they were wanted.
    var sums: BlockSums?
    /// Which patch it was sent as.
    var patch: Int?
  }

  /// How many files and links.
  var filesSent = 0
  /// Of these, what was read otherwise than it was planned, or of which there is more to know.
  var notable: [Sent] = []
  /// Per target: what could not be sent whole; the node drops it before it commits.
  var broken: [(target: Int, problem: Problem)] = []
  var contentBytes: Int64 = 0
}
