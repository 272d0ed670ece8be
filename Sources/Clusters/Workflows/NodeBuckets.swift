import SkySync

/// The buckets of a cluster's nodes: brought at launch, made again after a start, flushed before an end.
struct NodeBuckets {
  let context: ClusterContext

  /// Makes and fills what is missing, then copies and mounts on all nodes side by side.
  func bring(
    _ storage: TaskStorage, cluster: ClusterRecord, to nodes: [ReachedNode]
  ) async throws {
    guard !storage.isEmpty else { return }
    context.report(.phase("bringing buckets to \(nodes.map(\.alias).joined(separator: ", "))"))
    let notice = notice
    try await storage.prepare(context.state, cluster: cluster.name, onNotice: notice)
    let memory = SyncMemory(context.home)
    try await onEach(nodes) { node in
      try await storage.bring(
        to: node.host, sharesHome: node.homeOf != nil,
        onCopied: { target, files in
          let before = memory.copied(cluster, rank: node.rank, target: target)
          let all = before.map { files.after($0) } ?? files
          memory.keep(all, cluster, rank: node.rank, target: target)
        }, onNotice: notice)
    }
  }

  /// Takes what a task has no more off all nodes: mounts after a flush, copies but for what was changed.
  ///
  /// - Parameter kept: targets that stay; nothing in them is touched.
  func remove(
    _ entries: [SyncedEntry], keeping kept: [String], _ cluster: ClusterRecord,
    from nodes: [ReachedNode]
  ) async throws {
    let (stores, notice, memory) = (context.stores, notice, SyncMemory(context.home))
    try await onEach(nodes) { node in
      let storage = NodeStorage(node.host, here: stores)
      for entry in entries {
        let target = entry.target
        if entry.bucket?.isMount != false {
          try await storage.unmount(target, onNotice: notice)
        }
        guard let copied = memory.copied(cluster, rank: node.rank, target: target) else { continue }
        let changed = try await storage.forget(
          copied.without(kept), wholly: copied.folder == target && !kept.contains(target))
        for name in changed.prefix(10) {
          notice("\(node.alias): \(copied.folder)/\(name) was changed there and stays")
        }
        if changed.count > 10 { notice("\(node.alias): so do \(changed.count - 10) more files") }
        memory.keep(nil, cluster, rank: node.rank, target: target)
      }
    }
  }

  /// After the nodes were started: what was mounted is mounted again.
  func restore(_ nodes: [ReachedNode]) async throws {
    let (stores, notice) = (context.stores, notice)
    try await onEach(nodes) { node in
      _ = try await NodeStorage(node.host, here: stores).restore(onNotice: notice)
    }
  }

  /// Uploads what is not in the buckets yet and unmounts; throws rather than lose a file unless `force`,
  /// when nothing went for a minute.
  ///
  /// - Parameter forGood: the nodes do not come back: their records of mounts go too.
  func release(_ nodes: [ReachedNode], forGood: Bool, force: Bool) async throws {
    let (stores, notice) = (context.stores, notice)
    try await onEach(nodes) { node in
      try await NodeStorage(node.host, here: stores).unmount(
        keepsRecords: !forGood, force: force, patience: .seconds(60), onNotice: notice)
    }
  }

  private var notice: @Sendable (String) -> Void {
    { [report = context.report] words in report(.notice(words)) }
  }

  private func onEach(
    _ nodes: [ReachedNode], _ work: @escaping @Sendable (ReachedNode) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for node in nodes { group.addTask { try await work(node) } }
      try await group.waitForAll()
    }
  }
}
