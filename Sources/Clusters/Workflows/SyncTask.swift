import HostBook
import SkySync
import SystemPackage

/// Makes what a task brings along equal on all nodes, side by side.
struct SyncTask {
  let context: ClusterContext
  let cluster: ClusterRecord

  /// Lets every node finish, then throws the first error by rank. Single files that failed are told.
  func run(_ sources: TaskSources, to nodes: [ReachedNode]) async throws {
    guard !sources.sources.isEmpty else { return }
    context.report(.phase("syncing to \(nodes.map(\.alias).joined(separator: ", "))"))
    let results = await Push.run(
      nodes.map { (host: $0.host, pairs: pairs(sources, $0)) }, options: PushOptions()
    ) { node, progress in
      context.report(.syncing(alias: nodes[node].alias, progress))
    }
    context.report(.syncEnded)
    try await tellLeftOut(sources)
    for (node, result) in zip(nodes, results) {
      if case .success(let report) = result {
        context.report(.synced(alias: node.alias, report))
      }
    }
    for result in results { _ = try result.get() }
    if let workdir = sources.workdir {
      try await context.state.updateCluster(cluster.name) { $0.workdir = workdir.string }
    }
  }

  private func pairs(_ sources: TaskSources, _ node: ReachedNode) -> [SyncPair] {
    let memory = SyncMemory(context.home).folder(cluster, rank: node.rank)
    return sources.sources.map { source in
      SyncPair(
        source: source.path, target: source.target, shape: source.shape,
        manifest: memory.appending(Self.name(of: source.target))
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

  /// A file name for a target's manifest.
  private static func name(of target: [UInt8]) -> String {
    String(decoding: SHA1.hexDigest(target), as: UTF8.self)
  }
}
