import HostBook
import SkySync

/// The jobs of a cluster as they are now.
public struct JobQueue: Sendable {
  let context: ClusterContext

  public init(_ context: ClusterContext) { self.context = context }

  /// The newest first. Nodes are asked about jobs that had not ended; what they say is remembered. A job is
  /// lost with a node that its provider knows to be down; where a node is merely silent, it stays as it was.
  public func list(_ name: String) async throws -> [JobRecord] {
    let known = try await context.state.jobs(of: name)
    let open = known.filter { !$0.state.isFinal }
    guard !open.isEmpty else { return known }
    let cluster = try await context.state.existingCluster(name)
    guard cluster.state != .stopped else {
      // Nodes that were ended took their jobs with them.
      for job in open { try await close(job) }
      return try await context.state.jobs(of: name)
    }
    // Whoever holds the lock may be about to start one that its nodes do not know yet.
    let lock = try? await ClusterLock.acquire(
      name, in: context.home, purpose: "sky queue \(name)", patience: .zero)
    defer { withExtendedLifetime(lock) {} }
    let look = try await JobLook(context: context, cluster: cluster).take(alone: lock != nil)
    for job in open {
      try await update(job, await look.endingFailed(job), look, mayClose: lock != nil)
    }
    return try await context.state.jobs(of: name)
  }

  private func update(
    _ job: JobRecord, _ ranks: [RankStatus], _ look: JobLook.Answer, mayClose: Bool
  ) async throws {
    let count = max(job.exitCodes.count, (ranks.map(\.rank).max() ?? -1) + 1)
    let silent = look.silent.filter { $0 < count || count == 0 }
    guard !ranks.isEmpty else {
      if silent.isEmpty, mayClose { try await close(job) }
      return
    }
    let verdict = JobVerdict(ranks, numNodes: count)
    guard verdict.state.isFinal || silent.isEmpty else { return }
    let hasBegun = ranks.contains { $0.phase != nil }
    let started = hasBegun ? ranks.compactMap(\.startedAt).min() : nil
    let ended = ranks.compactMap(\.ending?.at).max()
    try await context.state.updateJob(job.id, on: job.cluster) {
      $0.state = verdict.state
      $0.exitCodes = verdict.exitCodes
      $0.startedAt = $0.startedAt ?? started.map { Timestamp(seconds: $0) }
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
