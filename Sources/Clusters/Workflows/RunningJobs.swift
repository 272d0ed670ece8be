import SkySync

/// The jobs that run on nodes to which a task is about to be brought.
struct RunningJobs {
  let context: ClusterContext
  let cluster: String

  /// The numbers of jobs that run. Ends the ranks that go on although another of their job failed while
  /// nobody watched.
  ///
  /// Nodes are asked only when a job is known that had not ended.
  func numbers(
    on nodes: [ReachedNode], where isMeant: (RankStatus) -> Bool = { _ in true }
  ) async throws -> [Int] {
    let open = try await context.state.jobs(of: cluster).filter { !$0.state.isFinal }.map(\.id)
    guard !open.isEmpty else { return [] }
    let hosts = nodes.map { RankedHost(rank: $0.rank, host: $0.host) }
    let now = await JobTable.overview(cluster: cluster, on: hosts)
    var running: [Int] = []
    for id in open {
      let ranks = (now.jobs[id] ?? []).map { status in
        JobLook.Rank(status: status, host: hosts.first { $0.rank == status.rank }?.host)
      }
      let left = await JobLook.endFailed(JobReference(cluster: cluster, id: id), ranks)
      if left.contains(where: { $0.isAlive && $0.ending == nil && isMeant($0) }) {
        running.append(id)
      }
    }
    return running
  }

  /// Says which jobs run in the workdir when that is about to change.
  func look(_ nodes: [ReachedNode], changingWorkdir: Bool) async throws {
    let disturbed = try await numbers(on: nodes) { !$0.hasOwnCopy }
    guard changingWorkdir else { return }
    guard !disturbed.isEmpty else { return }
    let names = disturbed.sorted().map { "\($0)" }.joined(separator: ", ")
    let subject = disturbed.count == 1 ? "job \(names) runs" : "jobs \(names) run"
    context.report(
      .notice(
        "\(subject) in ~/sky_workdir, which is synced now: what they open from here on is the new "
          + "version; a job started with --snapshot has a copy of its own"))
  }
}
