import SkySync

/// Jobs that a sync would change files under.
struct RunningJobs {
  let context: ClusterContext
  let cluster: String

  /// The numbers of jobs that run.
  func numbers(
    on nodes: [ReachedNode], where isMeant: (RankStatus) -> Bool = { _ in true }
  ) async throws -> [Int] {
    let open = try await context.state.jobs(of: cluster).filter { !$0.state.isFinal }.map(\.id)
    guard !open.isEmpty else { return [] }
    let hosts = nodes.map { RankedHost(rank: $0.rank, host: $0.host) }
    let now = await JobTable.overview(cluster: cluster, on: hosts)
    return open.filter { id in
      (now.jobs[id] ?? []).contains { $0.isAlive && $0.ending == nil && isMeant($0) }
    }
  }

  /// Says which jobs run in the workdir, when there are any.
  ///
  /// Nodes are asked only when a job is known that had not ended.
  func tell(_ nodes: [ReachedNode]) async throws {
    let disturbed = try await numbers(on: nodes) { !$0.hasOwnCopy }
    guard !disturbed.isEmpty else { return }
    let names = disturbed.sorted().map { "\($0)" }.joined(separator: ", ")
    let subject = disturbed.count == 1 ? "job \(names) runs" : "jobs \(names) run"
    context.report(
      .notice(
        "\(subject) in ~/sky_workdir, which is synced now: what they open from here on is the new "
          + "version; a job started with --snapshot has a copy of its own"))
  }
}
