import HostBook
import SkySync
import SystemPackage

/// `--infra ssh/POOL`: machines that are there already, reached as the user's own ssh reaches them.
///
/// Nothing is installed on them and no root is needed. A machine belongs to one cluster at a time; `down`
/// gives it back without anything of ours on it.
struct SSHPoolProvider: Provider {
  let name: String
  let support: ProviderSupport

  var infra: String { "ssh/\(name)" }

  /// One entry for each pool of the user's file.
  static func known(_ home: SkyHome) -> [(infra: String, problem: ProviderError?)] {
    do throws(ProviderError) {
      return try (PoolFolder(home).read()?.pools ?? []).map { ("ssh/\($0.name)", nil) }
    } catch {
      return [("ssh", error)]
    }
  }

  var stopProblem: ProviderError? {
    ProviderError(
      .unsupported, infra, "machines of a pool are not sky's to switch off and on",
      advice: "`sky cancel CLUSTER -a` ends the jobs; `sky down CLUSTER` gives the machines back.")
  }

  func missing() async -> ProviderError? {
    do throws(ProviderError) {
      let folder = PoolFolder(support.home)
      let file = try folder.read()
      let pool = try folder.pool(name)
      guard let file, folder.tellsPasswords(file) else { return missingKey(of: pool) }
      return ProviderError(
        .badInput, folder.path.string, "others can read the passwords in it",
        advice: "`chmod 600 \(folder.path)`")
    } catch {
      return error
    }
  }

  private func missingKey(of pool: Pool) -> ProviderError? {
    let files = [pool.defaults.identityFile] + pool.hosts.map(\.login.identityFile)
    for case let file? in files {
      let path =
        file.hasPrefix("~/")
        ? support.home.passwdHome.appending(String(file.dropFirst(2))) : FilePath(file)
      if (try? FileSystem.status(path)).flatMap(\.self) == nil {
        return ProviderError(
          .badInput, PoolFolder(support.home).path.string,
          "the pool \(name) names the key \(file), which does not exist")
      }
    }
    return nil
  }

  func shortage(_ cluster: ClusterSpec) async -> ProviderError? {
    do throws(ProviderError) { _ = try await pick(cluster.numNodes, for: cluster) } catch {
      return error
    }
    return nil
  }

  func up(_ cluster: ClusterSpec) async throws(ProviderError) -> [Node] {
    let reach = reach
    let before = try await holdings(of: cluster)
    let held: [PoolHolding]
    do throws(ProviderError) {
      held = try await take(cluster)
    } catch {
      var error = error
      error.leavesNothing = before.isEmpty
      throw error
    }
    do throws(ProviderError) {
      let claimed = try await inParallel(Array(held.prefix(cluster.numNodes)), width: 64) {
        holding throws(ProviderError) in
        try await claim(try reach.machine(holding), cluster)
      }
      return claimed.map { node, home in
        var node = node
        let owner = claimed.first { $0.home == home }?.node.rank
        node.homeOf = owner == node.rank ? nil : owner
        return node
      }
    } catch {
      guard error.code != .cancelled, before.isEmpty else { throw error }
      // What cannot be had whole is given back: a machine that cannot be cleaned stays recorded.
      var error = error
      do throws(ProviderError) {
        try await letGo(held, of: cluster)
        error.leavesNothing = true
      } catch {}
      throw error
    }
  }

  func announce(
    _ targets: [String], of cluster: ClusterSpec, on nodes: [RankedHost]
  ) async throws(ProviderError) {
    _ = try await inParallel(nodes, width: 64) { node throws(ProviderError) in
      do throws(SyncError) {
        try await PoolScripts.announce(targets, mark(cluster, node.rank), on: node.host)
      } catch {
        throw ProviderError(error)
      }
    }
  }

  func nodes(of cluster: ClusterSpec) async throws(ProviderError) -> [NodeStatus] {
    let reach = reach
    let held = try await holdings(of: cluster)
    return try await inParallel(Array(0..<cluster.numNodes), width: 64) {
      rank throws(ProviderError) in
      guard let holding = held.first(where: { $0.rank == rank }) else {
        return NodeStatus(rank: rank, state: .gone)
      }
      let machine = try reach.machine(holding)
      do throws(SyncError) {
        try await reach.visit(machine) { _ throws(SyncError) in }
        return NodeStatus(rank: rank, state: .up)
      } catch {
        // Another key or a closed door is no machine that is switched off.
        let isOff = [.unreachable, .timeout, .connectionLost].contains(error.code)
        guard isOff else { throw ProviderError(error) }
        return NodeStatus(rank: rank, state: .stopped)
      }
    }
  }

  func stop(_ cluster: ClusterSpec) async throws(ProviderError) {
    if let stopProblem { throw stopProblem }
  }

  func down(_ cluster: ClusterSpec) async throws(ProviderError) {
    try await letGo(try await holdings(of: cluster), of: cluster)
  }
}

extension SSHPoolProvider {
  private var reach: PoolReach {
    PoolReach(connector: support.connector, acceptsNew: support.acceptsNewHostKeys)
  }

  private func holdings(of cluster: ClusterSpec) async throws(ProviderError) -> [PoolHolding] {
    do { return try await support.state.poolHoldings(of: cluster.name) } catch {
      throw ProviderError(error)
    }
  }

  /// All machines of the cluster, new ones recorded as its own.
  private func take(_ cluster: ClusterSpec) async throws(ProviderError) -> [PoolHolding] {
    while true {
      let held = try await holdings(of: cluster)
      let missing = cluster.numNodes - held.count
      guard missing > 0 else { return held }
      let picked = try await pick(missing, for: cluster)
      let free = (0..<cluster.numNodes).filter { rank in !held.contains { $0.rank == rank } }
      let new = zip(free, picked).map { rank, machine in
        var holding = machine.holding
        holding.rank = rank
        return holding
      }
      // Another sky may have been quicker with one of them: then look again.
      try await hold(new, cluster)
    }
  }

  /// Machines that could be taken now.
  private func pick(
    _ count: Int, for cluster: ClusterSpec
  ) async throws(ProviderError) -> [PoolMachine] {
    let pool = try PoolFolder(support.home).pool(name)
    var machines: [PoolMachine] = []
    for host in pool.hosts { machines.append(try reach.machine(host, of: pool)) }
    let holders = try await holders()
    let taken = machines.compactMap { machine in
      holders[machine.holding.machine].map { "\(machine.host): cluster \($0) has it" }
    }
    let choice = PoolChoice(
      reach: reach, requirements: cluster.requirements, ports: cluster.ports,
      report: support.report)
    return try await choice.pick(
      count, from: machines.filter { holders[$0.holding.machine] == nil }, pool: pool,
      taken: taken)
  }

  private func holders() async throws(ProviderError) -> [String: String] {
    do { return try await support.state.poolHolders() } catch { throw ProviderError(error) }
  }

  private func hold(
    _ machines: [PoolHolding], _ cluster: ClusterSpec
  ) async throws(ProviderError) {
    do { _ = try await support.state.hold(machines, for: cluster.name) } catch {
      throw ProviderError(error)
    }
  }

  private func claim(
    _ machine: PoolMachine, _ cluster: ClusterSpec
  ) async throws(ProviderError) -> (node: Node, home: String) {
    let settings = try reach.settings(machine)
    let mark = mark(cluster, machine.holding.rank)
    let (keys, claim): ([String], PoolScripts.Claim)
    do throws(SyncError) {
      (keys, claim) = try await reach.visit(machine) { host throws(SyncError) in
        (try await host.hostKeys(), try await PoolScripts.claim(mark, on: host))
      }
    } catch {
      var problem = ProviderError(error)
      if problem.code == .nodeFailed {
        problem.advice =
          "machines of a pool are not sky's to switch on: see that it runs, then do the same again"
      }
      throw problem
    }
    var node = Node(
      rank: machine.holding.rank, hostname: machine.resolved.hostname,
      port: machine.resolved.port, user: machine.resolved.user, hostKeys: keys,
      internalIP: claim.address ?? machine.resolved.hostname)
    node.usesClusterKey = false
    node.proxy = settings.proxy
    node.options = settings.options
    return (node, claim.home)
  }

  /// Gives machines back, side by side; those that are clean are free whatever becomes of the others.
  private func letGo(
    _ held: [PoolHolding], of cluster: ClusterSpec
  ) async throws(ProviderError) {
    let reach = reach
    let results = await resultsInParallel(held, width: 64) { holding throws(ProviderError) in
      try await clean(try reach.machine(holding), cluster)
    }
    var given: [PoolHolding] = []
    var problem: ProviderError?
    for (holding, result) in zip(held, results) {
      switch result {
      case .success: given.append(holding)
      case .failure(let error): problem = problem ?? error
      }
    }
    do { try await support.state.release(given) } catch { throw ProviderError(error) }
    if let problem { throw problem }
  }

  private func clean(
    _ machine: PoolMachine, _ cluster: ClusterSpec
  ) async throws(ProviderError) {
    do throws(SyncError) {
      let rank = machine.holding.rank
      try await reach.visit(machine) { host throws(SyncError) in
        try await PoolScripts.endStrays(of: cluster.name, on: host)
        try await JobCancel.clear(cluster: cluster.name, on: RankedHost(rank: rank, host: host))
        try await PoolScripts.release(mark(cluster, rank), on: host)
      }
    } catch {
      var error = ProviderError(error)
      error.reason = "cannot be given back clean: \(error.reason)"
      error.advice =
        "`sky down \(cluster.name)` again once it can be reached; with --force it is given back as it "
        + "is, and what the cluster left there stays"
      throw error
    }
  }

  private func mark(_ cluster: ClusterSpec, _ rank: Int) -> String {
    "\(cluster.name)-\(cluster.incarnation)-\(rank)"
  }
}
