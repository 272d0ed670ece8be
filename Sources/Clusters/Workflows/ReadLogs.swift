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
    let hosts = try await ranks(job, only: nil)
    return try await FollowJob(context).run(StartedJob(record: job, hosts: hosts))
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
    let hosts = try await ranks(job, only: rank)
    for host in hosts {
      try await read(job, host, of: hosts.count, tail: tail, following: following) {
        [report = context.report] bytes, _ in
        report(.output(rank: host.rank, of: hosts.count, bytes))
      }
    }
  }

  /// Copies all ranks' logs to this machine; returns their folder.
  public func download(_ job: JobRecord) async throws -> FilePath {
    let files = JobLogFiles(FilePath(job.logPath))
    let hosts = try await ranks(job, only: nil)
    for host in hosts {
      try await read(job, host, of: hosts.count, tail: nil, following: false) { bytes, offset in
        files.write(host.rank, bytes, endingAt: offset)
      }
    }
    return files.folder
  }

  private func read(
    _ job: JobRecord, _ host: RankedHost, of count: Int, tail: Int?, following: Bool,
    output: @Sendable ([UInt8], Int64) async -> Void
  ) async throws {
    let reference = JobReference(cluster: job.cluster, id: job.id)
    _ = try await JobLog.read(
      reference, rank: host.rank, from: tail.map { .lastLines($0) } ?? .offset(0),
      following: following, on: host.host, output: output)
  }

  /// The nodes that have a part of the job, or the one of `rank`.
  private func ranks(_ job: JobRecord, only rank: Int?) async throws -> [RankedHost] {
    _ = try await context.runningCluster(job.cluster)
    let nodes = try await context.state.nodes(of: job.cluster)
    let reached = try await Reach(context: context).all(
      nodes.filter { rank == nil || $0.rank == rank })
    var hosts: [RankedHost] = []
    for node in reached {
      let known = try await JobTable.list(cluster: job.cluster, on: node.host).ranks
      if known.contains(where: { $0.id == job.id && $0.rank == node.rank }) {
        hosts.append(RankedHost(rank: node.rank, host: node.host))
      }
    }
    guard !hosts.isEmpty else {
      let what = rank.map { "rank \($0) of job \(job.id)" } ?? "job \(job.id)"
      throw WorkflowError(.unknownName, job.cluster, "its nodes have no log of \(what)")
    }
    return hosts
  }
}
