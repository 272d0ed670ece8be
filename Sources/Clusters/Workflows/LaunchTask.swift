import HostBook

/// `sky launch`: a cluster that is up, with the task's code and data on it, and the task started.
public struct LaunchTask: Sendable {
  let context: ClusterContext

  public init(_ context: ClusterContext) { self.context = context }

  /// Returns the job, nil when the task has nothing to run.
  public func run(_ request: LaunchRequest) async throws -> StartedJob? {
    try EntryCheck.name(request.cluster)
    let name = request.cluster
    var task = request.task
    let sources = try TaskSources(task, folder: request.folder, context, mounts: true)
    let buckets = try await TaskStorage(
      task.fileMounts, here: context.stores, folder: request.folder, git: context.git)
    try await LargeSources(context: context, cluster: name).check(sources, buckets)
    let lock = try await context.lock(name, purpose: "sky launch -c \(name)")
    defer { withExtendedLifetime(lock) {} }
    let isKnown = try await context.state.cluster(name) != nil
    let cluster =
      request.bringUp
      ? try await BringUp(context: context, name: name).run(
        numNodes: task.numNodes, resources: task.resources)
      : try await context.runningCluster(name)
    try SetAutostop(context).ending(task.resources.autostop, of: cluster)
    // A job takes of its nodes what was found on them.
    task.resources.alternatives = try ChooseInfra.place(of: cluster, task.resources).requirements
    let nodes = try await Reach(context: context).all(
      context.nodes(of: cluster, count: task.numNodes))
    try await CheckNodes(context: context, cluster: cluster).run(
      isKnown ? task.resources.alternatives : nil, ports: task.resources.ports, on: nodes)
    let targets = task.fileMounts.map(\.target.value)
    if !targets.isEmpty {
      try await context.provider(cluster.infra).announce(
        targets, of: context.spec(cluster),
        on: nodes.map { RankedHost(rank: $0.rank, host: $0.host) })
    }
    try await MakeWay(context: context, cluster: cluster).run(for: sources, on: nodes)
    try await SyncTask(context: context, cluster: cluster).run(sources, to: nodes)
    try await remember(sources.entries + buckets.synced, name)
    try await NodeBuckets(context: context).bring(buckets, cluster: cluster, to: nodes)
    let job = try await StartJob(context: context, cluster: cluster).run(
      task, on: nodes, setup: request.setup, ownCopy: request.snapshot)
    if let autostop = task.resources.autostop {
      try await SetAutostop(context).set(autostop, of: cluster, on: nodes)
    }
    return job
  }

  private func remember(_ entries: [SyncedEntry], _ name: String) async throws {
    let left = try await context.state.saveSynced(entries, to: name, all: true)
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
