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
  /// - Parameter resources: where a new cluster's nodes come from, and what they have to be; those of a known
  ///   cluster are what they were, where it asks for nothing.
  func run(numNodes: Int?, resources: Resources = Resources()) async throws -> ClusterRecord {
    let (cluster, requirements) = try await plan(numNodes: numNodes, resources: resources)
    // Before anything exists: nodes that shall end themselves and cannot would run, and cost, for ever.
    try SetAutostop(context).ending(resources.autostop, of: cluster)
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
    let request = try await request(
      cluster, NodeRequest(requirements, options: resources.batchOptions))
    spec.requirements = request.requirements
    spec.options = request.options
    if isNew { spec.ports = resources.ports }
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
    _ cluster: ClusterRecord, _ wanted: NodeRequest
  ) async throws -> NodeRequest {
    let known = try await context.state.request(of: name)
    if !wanted.isOpen, cluster.state != .up {
      try await context.state.save(wanted, of: name)
    }
    return wanted.isOpen ? known ?? wanted : wanted
  }

  private func words(_ cluster: ClusterRecord) -> String {
    let count = cluster.numNodes == 1 ? "1 node" : "\(cluster.numNodes) nodes"
    return "bringing up \(count) of \(name) on \(cluster.infra)"
  }

  /// The record to work towards: the cluster as it is known, or a new one; and what its nodes have to be.
  func plan(
    numNodes: Int?, resources: Resources
  ) async throws -> (ClusterRecord, [Requirements]) {
    guard var known = try await context.state.cluster(name) else {
      var new = ClusterRecord(
        name: name, incarnation: Self.newIncarnation(), state: .initializing,
        infra: "local", numNodes: numNodes ?? 1, launchedAt: .now(), lastUse: .now())
      let place = try await ChooseInfra(context: context).place(for: context.spec(new), resources)
      new.infra = place.infra
      return (new, place.requirements)
    }
    let place = try ChooseInfra.place(of: known, resources)
    if let numNodes, numNodes > known.numNodes {
      guard known.state == .initializing else {
        throw WorkflowError(
          .badRequest, name, "this cluster has \(known.numNodes) nodes, \(numNodes) are asked for",
          advice: "`sky down \(name)` first, or launch under another name with -c.")
      }
      known.numNodes = numNodes
    }
    if known.state != .up { known.state = .initializing }
    return (known, place.requirements)
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
