import SkySync

/// What a sync did with each of its nodes, and whether that suffices.
struct SyncOutcome {
  var nodes: [ReachedNode]
  var results: [Result<SyncReport, any Error>]
  /// Paths that could not be read here.
  var unread: Set<[UInt8]>

  /// Throws unless all nodes have all. Code that is not all there must not run: a file that failed fails
  /// its node.
  func judge() throws {
    var failed: [String] = []
    var first: (any Error)?
    for (node, result) in zip(nodes, results) {
      switch result {
      case .success(let report):
        guard let problem = report.problems.first(where: { !unread.contains($0.path) }) else {
          continue
        }
        let path = String(decoding: problem.path, as: UTF8.self)
        failed.append("\(node.alias) (\(path): \(problem.reason))")
      case .failure(let error):
        if (error as? SyncError)?.code == .cancelled || error is CancellationError { throw error }
        first = first ?? error
        failed.append("\(node.alias) (\(Self.reason(error)))")
      }
    }
    guard !failed.isEmpty else { return }
    if let first, failed.count == nodes.count { throw first }
    throw WorkflowError(
      .partly, failed.joined(separator: ", "),
      "\(nodes.count - failed.count) of \(nodes.count) nodes have all files, so nothing was started",
      advice: "Mend what the report names and run the same command again: only what lacks is sent.")
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case let error as SyncError: error.reason
    case let error as WorkflowError: error.reason
    default: "\(error)"
    }
  }
}
