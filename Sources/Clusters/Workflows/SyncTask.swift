import HostBook
import SkySync
import SystemPackage

/// Makes what a task brings along equal on all nodes, side by side.
struct SyncTask {
  let context: ClusterContext
  let cluster: ClusterRecord

  /// Lets every node finish, then throws the first error by rank. Single files that failed are told.
  ///
  /// - Returns: what was done with each node; none when only a repository was cloned.
  @discardableResult
  func run(_ sources: TaskSources, to nodes: [ReachedNode]) async throws -> [SyncReport] {
    if let repository = sources.repository {
      try await CloneRepository(context: context).run(repository, on: nodes)
    }
    let reports = sources.sources.isEmpty ? [] : try await push(sources, to: nodes)
    if let workdir = sources.workdir {
      try await context.state.updateCluster(cluster.name) { $0.workdir = workdir }
    }
    return reports
  }

  private func push(
    _ sources: TaskSources, to nodes: [ReachedNode]
  ) async throws -> [SyncReport] {
    context.report(.phase("syncing to \(nodes.map(\.alias).joined(separator: ", "))"))
    let all = nodes.map { (host: $0.host, pairs: pairs(sources, $0)) }
    var results = await Push.run(all, options: PushOptions()).map {
      $0.mapError { $0 as any Error }
    }
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
    return try results.map { try $0.get() }
  }

  private func pairs(_ sources: TaskSources, _ node: ReachedNode) -> [SyncPair] {
    let memory = SyncMemory(context.home)
    return sources.sources.map { source in
      SyncPair(
        source: source.path, target: source.target, shape: source.shape,
        manifest: memory.manifest(cluster, rank: node.rank, target: source.target)
      ) { () async throws(SyncError) in try await source.look.result().tree }
    }
  }

  /// What is left out and who would wonder: said once, not once a node.
  private func tellLeftOut(_ sources: TaskSources) async throws {
    for source in sources.sources {
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
