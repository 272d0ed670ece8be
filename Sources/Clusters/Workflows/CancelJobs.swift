import HostBook
import SkySync

/// Ends jobs on all their nodes.
public struct CancelJobs: Sendable {
  let context: ClusterContext

  public init(_ context: ClusterContext) { self.context = context }

  /// - Parameters:
  ///   - ids: which jobs; the newest that runs when empty.
  ///   - all: all that have not ended.
  /// - Returns: the jobs that were ended.
  public func run(_ name: String, ids: [Int], all: Bool) async throws -> [Int] {
    let jobs = try await JobQueue(context).list(name)
    let running = jobs.filter { !$0.state.isFinal }
    for id in ids { _ = try await context.state.existingJob(id, on: name) }
    let chosen =
      all
      ? running : ids.isEmpty ? Array(running.prefix(1)) : running.filter { ids.contains($0.id) }
    guard !chosen.isEmpty else { return [] }
    let nodes = try await context.state.nodes(of: name)
    let reached = await Reach(context: context).each(nodes)
    let failed = await resultsInParallel(reached) { node throws(SyncError) in
      let node = try node.get()
      for job in chosen {
        let reference = JobReference(cluster: name, id: job.id)
        try await JobCancel.cancel(reference, rank: node.rank, because: .user, on: node.host)
      }
    }.map { result -> SyncError? in
      if case .failure(let error) = result { error } else { nil }
    }
    _ = try await JobQueue(context).list(name)
    let missed = zip(nodes, failed).compactMap { node, error in error.map { (node, $0) } }
    try judge(name, missed, nodes)
    return chosen.map(\.id)
  }

  /// What goes on where nobody got through has to be said.
  private func judge(
    _ name: String, _ failed: [(node: NodeRecord, error: SyncError)], _ nodes: [NodeRecord]
  ) throws {
    guard let first = failed.first else { return }
    if failed.count == nodes.count { throw first.error }
    let list = failed.map { "\($0.node.alias) (\($0.error.reason))" }.joined(separator: ", ")
    throw WorkflowError(
      .partly, name, "cancelled on the other nodes, but not on \(list)",
      advice: "What the job runs there goes on; cancel it again once the node can be reached.")
  }
}
