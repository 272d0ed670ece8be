import HostBook
import SkySync

/// Whether nodes that are up are what a task asks for; refused with what they lack, before anything is sent.
struct CheckNodes {
  let context: ClusterContext
  let cluster: ClusterRecord

  /// - Parameters:
  ///   - requirements: nil for nodes that were chosen by them a moment ago.
  ///   - ports: at which the task listens.
  func run(
    _ requirements: [Requirements]?, ports: [ClosedRange<Int>], on nodes: [ReachedNode]
  ) async throws {
    var lacks: [String] = []
    if let requirements, !requirements.allSatisfy(\.asksNothing) {
      let hosts = nodes.map { RankedHost(rank: $0.rank, host: $0.host) }
      let probes = try await context.provider(cluster.infra).probe(hosts, of: context.spec(cluster))
      for (node, probe) in zip(nodes, probes) {
        guard let lack = Fitting.lack(probe, requirements) else { continue }
        lacks.append("\(node.alias): \(lack)")
      }
    }
    if !ports.isEmpty { lacks += try await busy(ports, nodes) }
    guard !lacks.isEmpty else { return }
    throw ProviderError(
      .tooFew, cluster.name,
      "its nodes are not what the task asks for:\n"
        + lacks.map { "    \($0)" }.joined(separator: "\n"),
      advice: "Ask for less below `resources`, or launch under another name with -c.")
  }

  /// What listens at a port may be an earlier job of the cluster, which the user can see and cancel.
  private func busy(_ ports: [ClosedRange<Int>], _ nodes: [ReachedNode]) async throws -> [String] {
    var lines: [String] = []
    for node in nodes {
      let own = isLocal ? node.internalIP : nil
      let taken = try await BusyPorts.look(on: node.host).taken(ports, own: own)
      if let words = BusyPorts.words(taken) { lines.append("\(node.alias): \(words)") }
    }
    guard !lines.isEmpty else {
      tell(nodes)
      return []
    }
    let jobs = RunningJobs(context: context, cluster: cluster.name)
    let running = try await jobs.numbers(on: nodes).map(String.init)
    guard !running.isEmpty else { return lines }
    let which = running.count == 1 ? "job \(running[0])" : "jobs \(running.joined(separator: ", "))"
    context.report(
      .notice(
        "\(lines.joined(separator: "; ")), by \(which) perhaps; "
          + "`sky cancel \(cluster.name) \(running.joined(separator: " "))` frees it"))
    return []
  }

  private var isLocal: Bool { cluster.infra == "local" }

  /// What `ports` means where nothing stands between a node and its users.
  private func tell(_ nodes: [ReachedNode]) {
    guard isLocal else { return }
    let places = nodes.prefix(3).map { "\($0.alias) at \($0.internalIP)" }.joined(separator: ", ")
    context.report(
      .notice(
        "`resources.ports`: local nodes share this machine's network, so there is nothing to open: "
          + "a server is reached on \(places)\(nodes.count > 3 ? ", …" : "")"
          + (nodes.count > 1 ? "; only one node can listen at 0.0.0.0" : "")))
  }
}
