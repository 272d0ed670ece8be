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
    // Asked before anything is sent: by then all is known.
    let rounds = rounds(of: sources, nodes)
    var results = await pushOnce(rounds[0], to: nodes)
    for round in rounds.dropFirst() {
      results = zip(results, await pushOnce(round, to: nodes)).map(Self.joined)
    }
    context.report(.syncEnded)
    if nodes.contains(where: { $0.homeOf == nil }) { try await tellLeftOut(sources) }
    for (node, result) in zip(nodes, results) {
      if case .success(let report) = result {
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

  private func pushOnce(
    _ sources: [TaskSources.Source], to nodes: [ReachedNode]
  ) async -> [Result<SyncReport, any Error>] {
    let all = nodes.map { (host: $0.host, pairs: pairs(sources, $0)) }
    let report = context.report
    var results = await Push.run(all, options: PushOptions()) { node, progress in
      report(.syncing(alias: nodes[node].alias, progress))
    }.map { $0.mapError { $0 as any Error } }
    for (index, node) in nodes.enumerated() {
      results[index] = await OutsideHome(node: node, pairs: all[index].pairs).mend(results[index])
    }
    return results
  }

  private static func joined(
    _ first: Result<SyncReport, any Error>, _ second: Result<SyncReport, any Error>
  ) -> Result<SyncReport, any Error> {
    guard case .success(var report) = first else { return first }
    return second.map { more in
      report.add(more, without: [])
      return report
    }
  }

  /// All at once, except what goes into the workdir where one of them is new: the workdir comes first then,
  /// whole, as a folder that was not there is put in place.
  private func rounds(
    of sources: [TaskSources.Source], _ nodes: [ReachedNode]
  ) -> [[TaskSources.Source]] {
    let inside = TaskSources.workdir + [UInt8(ascii: "/")]
    let nested = sources.filter { $0.target.starts(with: inside) }
    guard let outer = sources.first(where: { $0.target == TaskSources.workdir }), !nested.isEmpty
    else { return [sources] }
    let memory = SyncMemory(context.home)
    let isKnown = nodes.allSatisfy { node in
      (nested + [outer]).allSatisfy {
        let manifest = memory.manifest(cluster, rank: node.rank, target: $0.target)
        return (try? FileSystem.status(manifest)) != nil
      }
    }
    return isKnown
      ? [sources] : [sources.filter { !$0.target.starts(with: inside) }, nested]
  }

  private func pairs(_ sources: [TaskSources.Source], _ node: ReachedNode) -> [SyncPair] {
    let memory = SyncMemory(context.home)
    return sources.map { source in
      SyncPair(
        source: source.path, target: source.target, shape: source.shape,
        manifest: source.isSecret
          ? nil : memory.manifest(cluster, rank: node.rank, target: source.target)
      ) { () async throws(SyncError) in try await source.look.result().tree }
    }
  }

  /// What is left out and who would wonder: said once, not once a node.
  private func tellLeftOut(_ sources: [TaskSources.Source]) async throws {
    for source in sources {
      let look = try await source.look.result()
      for problem in look.tree.problems.prefix(10) {
        let path = String(decoding: problem.path, as: UTF8.self)
        context.report(.notice("\(source.shown)/\(path): \(problem.reason)"))
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
