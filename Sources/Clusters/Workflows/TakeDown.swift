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
    context.report(.phase("stopping \(name)"))
    try Aliases(context: context).closeSockets(name)
    try await context.provider(cluster.infra).stop(context.spec(cluster))
    try Aliases(context: context).mark(.stopped, name)
    try await context.state.updateCluster(name) { $0.state = .stopped }
  }

  /// Ends the nodes and removes their files, aliases, keys, sockets and records.
  ///
  /// The record goes last: after a crash in the middle the same call finishes the work.
  public func down(_ name: String) async throws {
    let lock = try await context.lock(name, purpose: "sky down \(name)")
    defer { withExtendedLifetime(lock) {} }
    let cluster = try await context.state.existingCluster(name)
    context.report(.phase("taking down \(name)"))
    try Aliases(context: context).closeSockets(name)
    try await context.provider(cluster.infra).down(context.spec(cluster))
    try Aliases(context: context).remove(name)
    KeyPair.remove(at: context.spec(cluster).identityFile)
    SyncMemory(context.home).forget(cluster)
    try await context.state.removeCluster(name)
  }
}
