import HostBook
import SkySync

/// The jobs of a cluster as they are now.
public struct JobQueue: Sendable {
  let context: ClusterContext

  public init(_ context: ClusterContext) { self.context = context }

  /// The newest first. Nodes are asked about jobs that had not ended; what they say is remembered.
  public func list(_ name: String) async throws -> [JobRecord] {
    let known = try await context.state.jobs(of: name)
    let open = known.filter { !$0.state.isFinal }
    guard !open.isEmpty else { return known }
    let cluster = try await context.state.existingCluster(name)
    guard cluster.state == .up else {
      // Nodes that were ended took their jobs with them.
      for job in open { try await close(job) }
      return try await context.state.jobs(of: name)
    }
    let ranks = try await ask(name)
    for job in open { try await update(job, ranks.filter { $0.id == job.id }) }
    return try await context.state.jobs(of: name)
  }

  private func ask(_ name: String) async throws -> [RankStatus] {
    let nodes = try await Reach(context: context).all(context.state.nodes(of: name))
    var ranks: [RankStatus] = []
    for node in nodes {
      ranks += try await JobTable.list(cluster: name, on: node.host).ranks
    }
    return ranks
  }

  private func update(_ job: JobRecord, _ ranks: [RankStatus]) async throws {
    guard !ranks.isEmpty else { return try await close(job) }
    let verdict = JobVerdict(ranks, numNodes: (ranks.map(\.rank).max() ?? 0) + 1)
    let ended = ranks.compactMap(\.ending?.at).max()
    try await context.state.updateJob(job.id, on: job.cluster) {
      $0.state = verdict.state
      $0.exitCodes = verdict.exitCodes
      if verdict.state.isFinal { $0.endedAt = ended.map { Timestamp(seconds: $0) } ?? .now() }
    }
  }

  /// A job that no node knows was never started, or went with its node.
  private func close(_ job: JobRecord) async throws {
    try await context.state.updateJob(job.id, on: job.cluster) {
      $0.state = .failed
      $0.endedAt = $0.endedAt ?? .now()
    }
  }
}
