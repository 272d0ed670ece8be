import HostBook

/// Ends clusters: `stop` keeps the files of the nodes, `down` leaves nothing.
public struct TakeDown: Sendable {
  let context: ClusterContext

  public init(_ context: ClusterContext) { self.context = context }

  /// Ends the nodes' processes; their files, addresses and host keys stay.
  public func stop(_ name: String) async throws {
    let lock = try await context.lock(name, purpose: "sky stop \(name)")
    defer { withExtendedLifetime(lock) {} }
    let cluster = try await context.state.existingCluster(name)
    if let problem = try context.provider(cluster.infra).stopProblem { throw problem }
    context.report(.phase("stopping \(name)"))
    try await release(cluster, forGood: false, force: false)
    try Aliases(context: context).closeSockets(name)
    try await context.provider(cluster.infra).stop(context.spec(cluster))
    try Aliases(context: context).mark(.stopped, name)
    try await context.state.save(nil, of: name)
    try await context.state.updateCluster(name) { $0.state = .stopped }
  }

  /// Ends the nodes and removes their files, aliases, keys, sockets and records.
  ///
  /// The record goes last: after a crash in the middle the same call finishes the work.
  ///
  /// - Parameter force: also when files that a mount holds would be lost.
  public func down(_ name: String, force: Bool = false) async throws {
    let lock = try await context.lock(name, purpose: "sky down \(name)")
    defer { withExtendedLifetime(lock) {} }
    let cluster = try await context.state.existingCluster(name)
    let provider = try context.provider(cluster.infra)
    context.report(.phase("taking down \(name)"))
    try await release(cluster, forGood: true, force: force)
    try Aliases(context: context).closeSockets(name)
    do throws(ProviderError) {
      try await provider.down(context.spec(cluster))
    } catch {
      guard force, error.code != .cancelled else { throw error }
      context.report(.notice("\(error)"))
    }
    try Aliases(context: context).remove(name)
    KeyPair.remove(at: context.spec(cluster).identityFile)
    SyncMemory(context.home).forget(cluster)
    try await DeleteStorage(context.state, here: context.stores).deleteLeaving(with: name) {
      words in
      context.report(.notice(words))
    }
    try await context.state.removeCluster(name)
  }

  /// Nodes that are down, or have no buckets, have nothing to lose.
  private func release(_ cluster: ClusterRecord, forGood: Bool, force: Bool) async throws {
    // Machines that nobody stops go on, whatever is known of them.
    let provider = try context.provider(cluster.infra)
    let mayRun = provider.stopProblem != nil && !provider.seesNodesFromOutside
    guard cluster.state == .up || mayRun, try await context.usesBuckets(cluster.name) else {
      return
    }
    do {
      let nodes = try await Reach(context: context).all(context.state.nodes(of: cluster.name))
      try await NodeBuckets(context: context).release(nodes, forGood: forGood, force: force)
    } catch {
      guard force else { throw error }
      context.report(.notice("\(error)"))
    }
  }
}
