import SkySync

/// The buckets of a cluster's nodes: brought at launch, made again after a start, flushed before an end.
struct NodeBuckets {
  let context: ClusterContext

  /// Makes and fills what is missing, then copies and mounts on all nodes side by side.
  func bring(_ storage: TaskStorage, cluster: String, to nodes: [ReachedNode]) async throws {
    guard !storage.isEmpty else { return }
    context.report(.phase("bringing buckets to \(nodes.map(\.alias).joined(separator: ", "))"))
    let notice = notice
    try await storage.prepare(context.state, cluster: cluster, onNotice: notice)
    try await onEach(nodes) { host in try await storage.bring(to: host, onNotice: notice) }
  }

  /// After the nodes were started: what was mounted is mounted again.
  func restore(_ nodes: [ReachedNode]) async throws {
    let (stores, notice) = (context.stores, notice)
    try await onEach(nodes) { host in
      _ = try await NodeStorage(host, here: stores).restore(onNotice: notice)
    }
  }

  /// Uploads what is not in the buckets yet and unmounts; throws rather than lose a file unless `force`,
  /// when nothing went for a minute.
  ///
  /// - Parameter forGood: the nodes do not come back: their records of mounts go too.
  func release(_ nodes: [ReachedNode], forGood: Bool, force: Bool) async throws {
    let (stores, notice) = (context.stores, notice)
    try await onEach(nodes) { host in
      try await NodeStorage(host, here: stores).unmount(
        keepsRecords: !forGood, force: force, patience: .seconds(60), onNotice: notice)
    }
  }

  private var notice: @Sendable (String) -> Void {
    { [report = context.report] words in report(.notice(words)) }
  }

  private func onEach(
    _ nodes: [ReachedNode], _ work: @escaping @Sendable (any CommandHost) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for node in nodes { group.addTask { try await work(node.host) } }
      try await group.waitForAll()
    }
  }
}
