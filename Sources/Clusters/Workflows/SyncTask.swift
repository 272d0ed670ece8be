import HostBook
import SkySync
import SystemPackage

/// Makes what a task brings along equal on all nodes, side by side.
struct SyncTask {
  let context: ClusterContext
  let cluster: ClusterRecord
  /// Told what was done with each node that could be written, before an error is thrown about others.
  var onReports: ([SyncReport]) -> Void = { _ in }

  /// Lets every node finish. Throws the error when all nodes failed, `partly` with the names of those
  /// that did when others have all they need. Says which jobs run in what is changed.
  ///
  /// Nodes that share a home are one: what one of them has got, all have.
  func run(_ sources: TaskSources, to all: [ReachedNode]) async throws {
    let owners = all.filter { $0.homeOf == nil }
    try await RunningJobs(context: context, cluster: cluster.name)
      .look(all, changingWorkdir: sources.workdir != nil)
    if let repository = sources.repository {
      try await CloneRepository(context: context).run(repository, on: owners)
    }
    if !sources.sources.isEmpty {
      context.report(.phase("syncing to \(owners.map(\.alias).joined(separator: ", "))"))
      try await push(sources.sources, to: owners)
    }
    let elsewhere = sources.sources.filter { $0.target.first == UInt8(ascii: "/") }
    let sharers = all.filter { $0.homeOf != nil }
    if !elsewhere.isEmpty, !sharers.isEmpty { try await push(elsewhere, to: sharers) }
    if let workdir = sources.workdir {
      try await context.state.updateCluster(cluster.name) { $0.workdir = workdir }
    }
  }

  private func push(_ sources: [TaskSources.Source], to nodes: [ReachedNode]) async throws {
    let all = nodes.map { (host: $0.host, pairs: pairs(sources, $0)) }
    let report = context.report
    var results = await Push.run(all, options: PushOptions()) { node, progress in
      report(.syncing(alias: nodes[node].alias, progress))
    }.map { $0.mapError { $0 as any Error } }
    report(.syncEnded)
    if nodes.contains(where: { $0.homeOf == nil }) { try await tellLeftOut(sources) }
    for (index, node) in nodes.enumerated() {
      results[index] = await OutsideHome(node: node, pairs: all[index].pairs).mend(results[index])
      if case .success(let report) = results[index] {
        context.report(.synced(alias: node.alias, report))
      }
    }
    onReports(results.compactMap { try? $0.get() })
    // What cannot be read here is missing everywhere alike, and was told.
    var unread: Set<[UInt8]> = []
    for source in sources {
      unread.formUnion(try await source.look.result().tree.problems.map(\.path))
    }
    try SyncOutcome(nodes: nodes, results: results, unread: unread).judge()
  }

  private func pairs(_ sources: [TaskSources.Source], _ node: ReachedNode) -> [SyncPair] {
    let memory = SyncMemory(context.home)
    return sources.map { source in
      SyncPair(
        source: source.path, target: source.target, shape: source.shape,
        manifest: memory.manifest(cluster, rank: node.rank, target: source.target)
      ) { () async throws(SyncError) in try await source.look.result().tree }
    }
  }

  /// What is left out and who would wonder: said once, not once a node.
  private func tellLeftOut(_ sources: [TaskSources.Source]) async throws {
    for source in sources {
      let look = try await source.look.result()
      for problem in look.tree.problems.prefix(10) {
        let path = String(decoding: problem.path, as: UTF8.self)
        context.report(.notice("\(source.path)/\(path): \(problem.reason)"))
      }
      for ignored in look.trackedIgnored.prefix(10) {
        let path = String(decoding: ignored.path, as: UTF8.self)
        context.report(
          .notice(
            "\(path) is tracked by git and ignored by \(ignored.rule), so it is left out; "
              + "a line `!/\(path)` would send it"))
      }
    }
  }
}
