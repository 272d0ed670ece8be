import HostBook
import SkySync
import SystemPackage

/// Makes what a task brings along equal on all nodes, side by side.
struct SyncTask {
  let context: ClusterContext
  let cluster: ClusterRecord

  /// Lets every node finish. Throws the error when all nodes failed, `partly` with the names of those
  /// that did when others have all they need. Says which jobs run in what is changed.
  ///
  /// Nodes that share a home are one: what one of them has got, all have.
  /// - Returns: what was done with each node; none when only a repository was cloned.
  @discardableResult
  func run(_ sources: TaskSources, to all: [ReachedNode]) async throws -> [SyncReport] {
    let owners = all.filter { $0.homeOf == nil }
    if sources.workdir != nil {
      try await RunningJobs(context: context, cluster: cluster.name).tell(all)
    }
    if let repository = sources.repository {
      try await CloneRepository(context: context).run(repository, on: owners)
    }
    var reports = try await push(sources.sources, to: owners)
    let elsewhere = sources.sources.filter { $0.target.first == UInt8(ascii: "/") }
    reports += try await push(elsewhere, to: all.filter { $0.homeOf != nil })
    if let workdir = sources.workdir {
      try await context.state.updateCluster(cluster.name) { $0.workdir = workdir }
    }
    return reports
  }

  private func push(
    _ sources: [TaskSources.Source], to nodes: [ReachedNode]
  ) async throws -> [SyncReport] {
    guard !sources.isEmpty, !nodes.isEmpty else { return [] }
    context.report(.phase("syncing to \(nodes.map(\.alias).joined(separator: ", "))"))
    let all = nodes.map { (host: $0.host, pairs: pairs(sources, $0)) }
    var results = await Push.run(all, options: PushOptions()) { node, progress in
      context.report(.syncing(alias: nodes[node].alias, progress))
    }.map { $0.mapError { $0 as any Error } }
    context.report(.syncEnded)
    try await tellLeftOut(sources)
    for (index, node) in nodes.enumerated() {
      let outside = OutsideHome(node: node, pairs: all[index].pairs)
      if let refused = outside.refused(results[index]) {
        do {
          results[index] = .success(try await outside.push(refused, after: results[index]))
        } catch {
          results[index] = .failure(error)
        }
      }
      if case .success(let report) = results[index] {
        context.report(.synced(alias: node.alias, report))
      }
    }
    // What cannot be read here is missing everywhere alike, and was told.
    var unread: Set<[UInt8]> = []
    for source in sources {
      unread.formUnion(try await source.look.result().tree.problems.map(\.path))
    }
    return try SyncOutcome(nodes: nodes, results: results, unread: unread).judged()
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
