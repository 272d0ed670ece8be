import HostBook

/// Brings a cluster's nodes up and gives them their names in ssh.
///
/// Holds at any point of a crash: what exists is recorded before it is made, so that the same call
/// finishes the work and `TakeDown` finds all of it.
struct BringUp {
  let context: ClusterContext
  /// The caller holds the lock on this cluster.
  let name: String

  /// Makes the cluster, or starts what of it is not running.
  ///
  /// - Parameters:
  ///   - infra: nil for that of the cluster, local for a new one.
  ///   - resources: what new nodes have to be; what those before them had to be where it asks for nothing.
  func run(
    infra: String?, numNodes: Int?, resources: Resources? = nil
  ) async throws -> ClusterRecord {
    let cluster = try await record(infra: infra, numNodes: numNodes)
    let provider = try context.provider(cluster.infra)
    if let missing = await provider.missing() { throw missing }
    let aliases = (0..<cluster.numNodes).map { NodeName.alias(cluster: name, rank: $0) }
    try context.book.requireFree(aliases, for: name)
    try context.includeBook()
    let isNew = try await context.state.cluster(name) == nil
    try await context.state.save(cluster)
    // What watched its nodes has ended with them.
    if cluster.state != .up { try await context.state.save(nil, of: name) }
    try KeyPair.ensure(at: context.spec(cluster).identityFile, comment: "sky-\(name)")
    context.report(.phase(words(cluster)))
    var spec = context.spec(cluster)
    let request = try await request(cluster, resources)
    spec.requirements = request?.requirements ?? []
    spec.options = request?.options ?? []
    let nodes: [Node]
    do throws(ProviderError) {
      nodes = try await provider.up(spec)
    } catch {
      if isNew, error.leavesNothing {
        try await context.state.removeCluster(name)
        KeyPair.remove(at: spec.identityFile)
      }
      throw error
    }
    try Aliases(context: context).write(cluster, nodes)
    return try await save(cluster, nodes)
  }

  /// What new nodes have to be. That of nodes that are up stays what it was, whatever a later task asks for.
  private func request(
    _ cluster: ClusterRecord, _ resources: Resources?
  ) async throws -> NodeRequest? {
    let known = try await context.state.request(of: name)
    let wanted = resources.map(NodeRequest.init).flatMap { $0.isOpen ? nil : $0 }
    if let wanted, known == nil || cluster.state != .up {
      try await context.state.save(wanted, of: name)
    }
    return wanted ?? known
  }

  private func words(_ cluster: ClusterRecord) -> String {
    let count = cluster.numNodes == 1 ? "1 node" : "\(cluster.numNodes) nodes"
    return "bringing up \(count) of \(name) on \(cluster.infra)"
  }

  /// The record to work towards: the cluster as it is known, or a new one.
  func record(infra: String?, numNodes: Int?) async throws -> ClusterRecord {
    guard var known = try await context.state.cluster(name) else {
      return ClusterRecord(
        name: name, incarnation: Self.newIncarnation(), state: .initializing,
        infra: infra ?? "local", numNodes: numNodes ?? 1, launchedAt: .now(), lastUse: .now())
    }
    if let infra, known.infra != infra {
      throw WorkflowError(
        .badRequest, name, "this cluster is on \(known.infra), not on \(infra)",
        advice: "`sky down \(name)` first, or launch under another name with -c.")
    }
    if let numNodes, numNodes > known.numNodes {
      guard known.state == .initializing else {
        throw WorkflowError(
          .badRequest, name, "this cluster has \(known.numNodes) nodes, \(numNodes) are asked for",
          advice: "`sky down \(name)` first, or launch under another name with -c.")
      }
      known.numNodes = numNodes
    }
    if known.state != .up { known.state = .initializing }
    return known
  }

  private func save(_ cluster: ClusterRecord, _ nodes: [Node]) async throws -> ClusterRecord {
    var up = cluster
    up.state = .up
    up.lastUse = .now()
    let records = nodes.map { node in
      NodeRecord(
        rank: node.rank, alias: NodeName.alias(cluster: name, rank: node.rank),
        hostname: node.hostname, port: node.port, user: node.user, internalIP: node.internalIP,
        homeOf: node.homeOf)
    }
    try await context.state.save(up, nodes: records)
    return up
  }

  /// Six characters: enough that a name is never pinned twice, short enough for a socket's path.
  private static func newIncarnation() -> String {
    let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz")
    return String((0..<6).map { _ in digits[Int.random(in: 0..<digits.count)] })
  }
}
