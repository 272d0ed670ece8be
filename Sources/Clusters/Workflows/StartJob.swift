import HostBook
import SkySync

/// A job that runs on its nodes, and the connections that started it.
public struct StartedJob: Sendable {
  public var record: JobRecord
  public var hosts: [RankedHost]
}

/// Starts a task's setup and run on nodes that have its code already.
struct StartJob {
  let context: ClusterContext
  let cluster: ClusterRecord

  /// A job that asks for what others have waits on its nodes for its turn.
  ///
  /// - Parameters:
  ///   - nodes: by rank from 0; the job's ranks are theirs.
  ///   - setup: whether the task's setup is run first.
  ///   - ownCopy: whether it runs in a copy of the workdir.
  /// - Returns: nil when the task has nothing to do.
  func run(
    _ task: ClusterTask, on nodes: [ReachedNode], setup: Bool, ownCopy: Bool = false
  ) async throws -> StartedJob? {
    let setup = setup ? task.setup : nil
    guard setup != nil || task.run != nil else { return nil }
    let logs = context.home.logs.appending(cluster.name)
    var record = try await context.state.addJob(on: cluster.name, name: task.name, at: .now()) {
      logs.appending("\($0)").string
    }
    record = try await context.state.updateJob(record.id, on: cluster.name) {
      $0.exitCodes = nodes.map { _ in nil }
    }
    var spec = JobSpec(
      reference: JobReference(cluster: cluster.name, id: record.id),
      taskID: Self.taskID(record), infra: cluster.infra, setup: setup, run: task.run,
      variables: task.variables.map { JobSpec.Variable($0.name, $0.value.value) },
      nodeIPs: nodes.map(\.internalIP))
    spec.claim = JobClaim(task.resources)
    spec.gpusPerNode = spec.claim.gpus > 0 ? spec.claim.gpus : nil
    spec.ownCopy = ownCopy
    spec.spread = try context.provider(cluster.infra).spread(
      context.spec(cluster), nodes: nodes.count)
    let waits = spec.claim != JobClaim()
    let hosts = nodes.map { RankedHost(rank: $0.rank, host: $0.host) }
    do {
      try await JobLauncher.start(spec, on: hosts)
    } catch {
      try await finish(record, .failed)
      throw error
    }
    record = try await context.state.updateJob(record.id, on: cluster.name) {
      // Whether it is its turn only its nodes know.
      guard !waits else { return }
      $0.state = setup == nil ? .running : .settingUp
      $0.startedAt = .now()
    }
    return StartedJob(record: record, hosts: hosts)
  }

  private func finish(_ job: JobRecord, _ state: JobState) async throws {
    try await context.state.updateJob(job.id, on: cluster.name) {
      $0.state = state
      $0.endedAt = .now()
    }
  }

  /// `sky-20261123T050705Z-1k0x9ab_dev-3`: no other job of anybody's has it. What ends a job's processes
  /// knows them by it, and others may have started their third job on their `dev` on the same machine.
  static func taskID(_ job: JobRecord) -> String {
    let moment = "\(job.submittedAt)".filter { $0 != "-" && $0 != ":" }
    let chance = String(UInt32.random(in: .min ... .max), radix: 36)
    return "sky-\(moment)-\(chance)_\(job.cluster)-\(job.id)"
  }
}
