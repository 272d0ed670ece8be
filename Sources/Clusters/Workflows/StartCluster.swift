/// Starts a stopped cluster, or the nodes of one that died.
public struct StartCluster: Sendable {
  let context: ClusterContext

  public init(_ context: ClusterContext) { self.context = context }

  public func run(_ name: String) async throws {
    let lock = try await context.lock(name, purpose: "sky start \(name)")
    defer { withExtendedLifetime(lock) {} }
    _ = try await context.state.existingCluster(name)
    _ = try await BringUp(context: context, name: name).run(numNodes: nil)
    guard try await context.usesBuckets(name) else { return }
    let nodes = try await Reach(context: context).all(context.state.nodes(of: name))
    try await NodeBuckets(context: context).restore(nodes)
  }
}
