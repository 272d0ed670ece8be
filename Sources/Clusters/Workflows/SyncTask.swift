import HostBook
import SkySync
import SystemPackage

/// Makes what a task brings along equal on all nodes, side by side.
struct SyncTask {
  let context: ClusterContext
  let cluster: ClusterRecord

  /// Lets every node finish. Throws the error when all nodes failed by it, `partly` with the names of
  /// those that failed when others have all they need.
  ///
  /// Nodes that share a home are one: what one of them has got, all have.
  /// - Returns: what was done with each node; none when only a repository was cloned.
  @discardableResult
  func run(_ sources: TaskSources, to all: [ReachedNode]) async throws -> [SyncReport] {
    let owners = all.filter { $0.homeOf == nil }
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
    return try Self.judge(nodes, results, unread)
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

  /// Code that is not all there must not run: a file that failed fails its node.
  private static func judge(
    _ nodes: [ReachedNode], _ results: [Result<SyncReport, any Error>], _ unread: Set<[UInt8]>
  ) throws -> [SyncReport] {
    var failed: [String] = []
    var first: (any Error)?
    for (node, result) in zip(nodes, results) {
      switch result {
      case .success(let report):
        guard let problem = report.problems.first(where: { !unread.contains($0.path) }) else {
          continue
        }
        let path = String(decoding: problem.path, as: UTF8.self)
        failed.append("\(node.alias) (\(path): \(problem.reason))")
      case .failure(let error):
        if let error = error as? SyncError, error.code == .cancelled { throw error }
        first = first ?? error
        failed.append("\(node.alias) (\((error as? any ExplainedError)?.reason ?? "\(error)"))")
      }
    }
    if failed.isEmpty { return try results.map { try $0.get() } }
    if let first, failed.count == nodes.count { throw first }
    throw WorkflowError(
      .partly, failed.joined(separator: ", "),
      "\(nodes.count - failed.count) of \(nodes.count) nodes have all files, so nothing was started",
      advice: "Mend what the report names and run the same command again: only what lacks is sent.")
  }
}
