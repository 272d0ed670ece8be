import HostBook
import SkySync
import SystemPackage

/// Stays with a job until it has ended, shows what it prints, and keeps it below `~/.sky/logs`.
public struct FollowJob: Sendable {
  let context: ClusterContext

  public init(_ context: ClusterContext) { self.context = context }

  /// Returns how the job ended. Cancelling the calling task leaves the job as it is.
  public func run(_ job: StartedJob) async throws -> JobVerdict {
    let record = job.record
    let logs = JobLogFiles(FilePath(record.logPath))
    let report = context.report
    let count = job.hosts.count
    let nodes = try await context.state.nodes(of: record.cluster)
    let watch = JobWatch(
      JobReference(cluster: record.cluster, id: record.id), on: job.hosts,
      reopen: { [context] rank throws(SyncError) in
        try await Reach(context: context).again(nodes, rank: rank, of: record.cluster)
      },
      output: { rank, bytes, offset in
        logs.write(rank, bytes, endingAt: offset)
        report(.output(rank: rank, of: count, bytes))
      })
    let verdict = try await watch.run()
    for host in job.hosts { report(.outputEnded(rank: host.rank, of: count)) }
    try await remember(verdict, record)
    return verdict
  }

  private func remember(_ verdict: JobVerdict, _ record: JobRecord) async throws {
    try await context.state.updateJob(record.id, on: record.cluster) {
      $0.state = verdict.state
      $0.exitCodes = verdict.exitCodes
      let end = $0.endedAt ?? .now()
      $0.endedAt = end
      $0.startedAt =
        $0.startedAt ?? verdict.seconds.map { Timestamp(seconds: end.seconds - $0) }
    }
  }
}
