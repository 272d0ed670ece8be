import SkySync

/// The jobs that run on nodes to which a task is about to be brought.
struct RunningJobs {
  let context: ClusterContext
  let cluster: String

  /// Ends the ranks that go on although another of their job failed while nobody watched, and says which
  /// jobs run in the workdir when that is about to change.
  ///
  /// Nodes are asked only when a job is known that had not ended.
  func look(_ nodes: [ReachedNode], changingWorkdir: Bool) async throws {
    let open = try await context.state.jobs(of: cluster).filter { !$0.state.isFinal }.map(\.id)
    guard !open.isEmpty else { return }
    let hosts = nodes.map { RankedHost(rank: $0.rank, host: $0.host) }
    let now = await JobTable.overview(cluster: cluster, on: hosts)
    var disturbed: [Int] = []
    for id in open {
      let ranks = (now.jobs[id] ?? []).map { status in
        JobLook.Rank(status: status, host: hosts.first { $0.rank == status.rank }?.host)
      }
      let left = await JobLook.endFailed(JobReference(cluster: cluster, id: id), ranks)
      if left.contains(where: { $0.isAlive && $0.ending == nil && !$0.hasOwnCopy }) {
        disturbed.append(id)
      }
    }
    if changingWorkdir { tell(disturbed) }
  }

  private func tell(_ disturbed: [Int]) {
    guard !disturbed.isEmpty else { return }
    let names = disturbed.sorted().map { "\($0)" }.joined(separator: ", ")
    let subject = disturbed.count == 1 ? "job \(names) runs" : "jobs \(names) run"
    context.report(
      .notice(
        "\(subject) in ~/sky_workdir, which is synced now: what they open from here on is the new "
          + "version; a job started with --snapshot has a copy of its own"))
  }
}
