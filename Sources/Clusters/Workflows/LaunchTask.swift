import HostBook

/// `sky launch`: a cluster that is up, with the task's code and data on it, and the task started.
public struct LaunchTask: Sendable {
  let context: ClusterContext

  public init(_ context: ClusterContext) { self.context = context }

  /// Returns the job, nil when the task has nothing to run.
  public func run(_ request: LaunchRequest) async throws -> StartedJob? {
    let name = request.cluster
    let task = request.task
    let sources = try TaskSources(task, folder: request.folder, context, mounts: true)
    try await LargeSources(context: context, cluster: name).check(sources)
    let buckets = try await TaskStorage(
      task.fileMounts, here: context.stores, folder: request.folder, git: context.git)
    let lock = try await context.lock(name, purpose: "sky launch -c \(name)")
    defer { withExtendedLifetime(lock) {} }
    if let autostop = task.resources.autostop {
      // Before anything exists: nodes that shall end themselves and cannot would run, and cost, for ever.
      let planned = try await BringUp(context: context, name: name).record(
        infra: task.resources.infra, numNodes: task.numNodes)
      try SetAutostop(context).ending(autostop, of: planned)
    }
    let cluster =
      request.bringUp
      ? try await BringUp(context: context, name: name).run(
        infra: task.resources.infra, numNodes: task.numNodes,
        resources: task.resources)
      : try await context.runningCluster(name)
    let nodes = try await Reach(context: context).all(
      context.nodes(of: cluster, count: task.numNodes))
    let targets = task.fileMounts.map(\.target.value)
    if !targets.isEmpty {
      try await context.provider(cluster.infra).announce(
        targets, of: context.spec(cluster),
        on: nodes.map { RankedHost(rank: $0.rank, host: $0.host) })
    }
    try await SyncTask(context: context, cluster: cluster).run(sources, to: nodes)
    try await remember(sources, name)
    try await NodeBuckets(context: context).bring(buckets, cluster: name, to: nodes)
    let job = try await StartJob(context: context, cluster: cluster).run(
      task, on: nodes, setup: request.setup, ownCopy: request.snapshot)
    if let autostop = task.resources.autostop {
      try await SetAutostop(context).set(autostop, of: cluster, on: nodes)
    }
    return job
  }

  private func remember(_ sources: TaskSources, _ name: String) async throws {
    let left = try await context.state.saveSynced(sources.entries, to: name, all: true)
    for entry in left {
      context.report(
        .notice(
          "\(entry.target) is not in the task's file_mounts any more and stays on the nodes; "
            + "`sky sync \(name) --delete` removes it there"))
    }
  }
}

/// `sky exec`: the workdir synced to a cluster that is up, and the task's run started.
public struct ExecTask: Sendable {
  let context: ClusterContext

  public init(_ context: ClusterContext) { self.context = context }

  /// Returns the job, nil when the task has nothing to run.
  public func run(_ request: LaunchRequest) async throws -> StartedJob? {
    let name = request.cluster
    let sources = try TaskSources(request.task, folder: request.folder, context, mounts: false)
    try await LargeSources(context: context, cluster: name).check(sources)
    let lock = try await context.lock(name, purpose: "sky exec \(name)")
    defer { withExtendedLifetime(lock) {} }
    let cluster = try await context.runningCluster(name)
    let nodes = try await Reach(context: context).all(
      context.nodes(of: cluster, count: request.task.numNodes))
    try await SyncTask(context: context, cluster: cluster).run(sources, to: nodes)
    _ = try await context.state.saveSynced(sources.entries, to: name, all: false)
    return try await StartJob(context: context, cluster: cluster).run(
      request.task, on: nodes, setup: false, ownCopy: request.snapshot)
  }
}
