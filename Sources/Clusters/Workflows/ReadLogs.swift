import HostBook
import SkySync
import SystemPackage

/// Shows the logs of a job, from its beginning or its end, once or until it is done.
public struct ReadLogs: Sendable {
  let context: ClusterContext

  public init(_ context: ClusterContext) { self.context = context }

  /// The job of this number, the newest when nil.
  public func job(_ name: String, _ id: Int?) async throws -> JobRecord {
    if let id { return try await context.state.existingJob(id, on: name) }
    guard let newest = try await context.state.jobs(of: name).first else {
      throw WorkflowError(.unknownName, name, "the cluster has had no job yet")
    }
    return newest
  }

  /// Follows all ranks from their beginning to the job's end.
  public func follow(_ job: JobRecord) async throws -> JobVerdict {
    let ranks = try await ranks(job, only: nil)
    if let error = ranks.missing.first?.error { throw error }
    return try await FollowJob(context).run(StartedJob(record: job, hosts: ranks.hosts))
  }

  /// What there is now, rank after rank.
  ///
  /// - Parameters:
  ///   - tail: so many lines from the end of each rank; nil for all.
  ///   - rank: this one only.
  ///   - following: until the job has ended there.
  public func show(
    _ job: JobRecord, tail: Int?, rank: Int?, following: Bool
  ) async throws {
    let ranks = try await ranks(job, only: rank)
    if following, let error = ranks.missing.first?.error { throw error }
    let report = context.report
    let count = rank == nil ? max(job.exitCodes.count, ranks.hosts.count) : 1
    var offsets: [Int: Int64] = [:]
    for host in ranks.hosts {
      let end = try await read(job, host, tail: tail) { bytes, _ in
        report(.output(rank: host.rank, of: count, bytes))
      }
      offsets[host.rank] = end?.offset
    }
    guard following else { return try ranks.judge() }
    let nodes = try await context.state.nodes(of: job.cluster)
    _ = try await JobWatch(
      JobReference(cluster: job.cluster, id: job.id), on: ranks.hosts,
      reopen: { [context] rank throws(SyncError) in
        try await Reach(context: context).again(nodes, rank: rank, of: job.cluster)
      }, output: { rank, bytes, _ in report(.output(rank: rank, of: count, bytes)) }
    ).run(from: offsets)
  }

  /// Copies all ranks' logs to this machine; returns their folder.
  public func download(_ job: JobRecord) async throws -> FilePath {
    let files = JobLogFiles(FilePath(job.logPath))
    let ranks = try await ranks(job, only: nil)
    for host in ranks.hosts {
      _ = try await read(job, host, tail: nil) { bytes, offset in
        files.write(host.rank, bytes, endingAt: offset)
      }
    }
    try ranks.judge()
    return files.folder
  }

  private func read(
    _ job: JobRecord, _ host: RankedHost, tail: Int?,
    output: @Sendable ([UInt8], Int64) async -> Void
  ) async throws(SyncError) -> JobLog.End? {
    try await JobLog.read(
      JobReference(cluster: job.cluster, id: job.id), rank: host.rank,
      from: tail.map { .lastLines($0) } ?? .offset(0), following: false, on: host.host,
      output: output)
  }

  /// The nodes that have a part of a job, and those that do not answer.
  private struct Ranks {
    var cluster: String
    var hosts: [RankedHost] = []
    var missing: [(alias: String, error: SyncError)] = []

    /// What was shown is not all there is.
    func judge() throws {
      guard !missing.isEmpty else { return }
      let list = missing.map { "\($0.alias) (\($0.error.reason))" }.joined(separator: ", ")
      throw WorkflowError(.partly, cluster, "the logs of \(list) cannot be had now")
    }
  }

  /// Throws when no node answers, or none that does has a part of the job.
  ///
  /// - Parameter rank: only this one.
  private func ranks(_ job: JobRecord, only rank: Int?) async throws -> Ranks {
    if try await context.state.existingCluster(job.cluster).state == .stopped {
      _ = try await context.runningCluster(job.cluster)
    }
    let nodes = try await context.state.nodes(of: job.cluster)
      .filter { rank == nil || $0.rank == rank }
    let reached = await Reach(context: context).each(nodes)
    let all = reached.compactMap { try? $0.get() }.map { RankedHost(rank: $0.rank, host: $0.host) }
    let told = await JobTable.overview(cluster: job.cluster, on: all)
    let known = told.jobs[job.id] ?? []
    var ranks = Ranks(cluster: job.cluster)
    ranks.hosts = all.filter { host in known.contains { $0.rank == host.rank } }
    for (node, result) in zip(nodes, reached) {
      if case .failure(let error) = result { ranks.missing.append((node.alias, error)) }
      if let error = told.unreachable[node.rank] { ranks.missing.append((node.alias, error)) }
    }
    // Nodes beyond those that the job was started on have nothing of it.
    if !job.exitCodes.isEmpty, ranks.hosts.count == job.exitCodes.count { ranks.missing = [] }
    _ = await JobLook.endFailed(
      JobReference(cluster: job.cluster, id: job.id),
      known.map { status in
        JobLook.Rank(status: status, host: all.first { $0.rank == status.rank }?.host)
      })
    guard !ranks.hosts.isEmpty else {
      if let error = ranks.missing.first?.error { throw error }
      let what = rank.map { "rank \($0) of job \(job.id)" } ?? "job \(job.id)"
      throw WorkflowError(.unknownName, job.cluster, "its nodes have no log of \(what)")
    }
    return ranks
  }
}
