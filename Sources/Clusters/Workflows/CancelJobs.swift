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
    let nodes = try await Reach(context: context).all(context.state.nodes(of: name))
    for job in chosen {
      let reference = JobReference(cluster: name, id: job.id)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for node in nodes {
          group.addTask {
            try await JobCancel.cancel(reference, rank: node.rank, because: .user, on: node.host)
          }
        }
        try await group.waitForAll()
      }
    }
    _ = try await JobQueue(context).list(name)
    return chosen.map(\.id)
  }
}
