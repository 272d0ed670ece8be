import HostBook
import SkySync

/// `--infra slurm/CLUSTER[/PARTITION]`: the nodes of a cluster are those of one Slurm allocation.
///
/// Works by plain commands on the login node, as the user who logs in there. The allocation's name holds
/// the cluster's incarnation: what was submitted is found again after any crash.
struct SlurmProvider: Provider {
  let cluster: String
  let partition: String?
  let support: ProviderSupport

  var infra: String {
    "slurm/" + [cluster, partition].compactMap(\.self).joined(separator: "/")
  }

  var seesNodesFromOutside: Bool { true }

  var stopProblem: ProviderError? {
    ProviderError(
      .unsupported, infra, "an allocation is kept or given back, there is nothing in between",
      advice: "`sky down` gives it back; files in a home that nodes share stay there")
  }

  /// All clusters that `~/.slurm/config` names.
  static func known(_ home: SkyHome) -> [(infra: String, problem: ProviderError?)] {
    do {
      return try SlurmLogin.names(in: SlurmLogin.config(home)).map { ("slurm/\($0)", nil) }
    } catch {
      return [("slurm", error)]
    }
  }

  func missing() async -> ProviderError? {
    do {
      let answer = try await ask(SlurmScripts.check, [])
      switch answer.first?.first {
      case "lacks":
        return ProviderError(
          .unavailable, infra, "there is no \(answer[0].last ?? "Slurm") on \(cluster)",
          advice: "see what `ssh \(cluster) command -v sbatch` says")
      case "partitions":
        let names = answer[0].dropFirst()
        guard let partition, !names.contains(partition) else { return nil }
        return ProviderError(
          .unknownName, infra, "there is no partition \(partition)",
          advice: "There are: \(names.joined(separator: ", ")).")
      default:
        return ProviderError(
          .nodeFailed, infra, "Slurm does not answer on \(cluster)",
          advice: "see what `ssh \(cluster) sinfo` says")
      }
    } catch {
      return error
    }
  }

  func shortage(_ spec: ClusterSpec) async -> ProviderError? {
    do throws(ProviderError) { return try await SlurmAllocation(self, spec).shortage() } catch {
      return error
    }
  }

  func probe(
    _ nodes: [RankedHost], of spec: ClusterSpec
  ) async throws(ProviderError) -> [Probe] {
    let machines = try await inParallel(nodes, width: 64) { node throws(ProviderError) in
      do throws(SyncError) { return try await Probe.run(on: node.host) } catch {
        throw ProviderError(error)
      }
    }
    let answers = try await ask(
      SlurmScripts.details, [("N", ShellText.quoted(Self.jobName(spec)))])
    let names = answers.first { $0.first == "names" }?.dropFirst().map(\.self) ?? []
    return zip(nodes, machines).map { node, machine in
      guard node.rank < names.count,
        let line = answers.first(where: { $0.starts(with: ["has", names[node.rank]]) })
      else { return machine }
      return SlurmShare(words: line.dropFirst(2)).of(machine)
    }
  }

  func up(_ spec: ClusterSpec) async throws(ProviderError) -> [Node] {
    let number = try await submitted(spec)
    try await SlurmWait(self).awaitRunning(number)
    return try await SlurmNodes(self, spec).gather(number)
  }

  func nodes(of spec: ClusterSpec) async throws(ProviderError) -> [NodeStatus] {
    let answers = try await ask(
      SlurmScripts.look, [("N", ShellText.quoted(Self.jobName(spec)))])
    let nodes = answers.filter { $0.first == "node" }
    let runs = answers.contains(["state", "RUNNING"])
    return (0..<spec.numNodes).map { rank in
      guard runs, rank < nodes.count else { return NodeStatus(rank: rank, state: .gone) }
      let word = nodes[rank].last ?? ""
      // A star: the node does not answer its controller.
      let isDown =
        ["down", "fail", "powered"].contains { word.hasPrefix($0) } || word.hasSuffix("*")
      return NodeStatus(rank: rank, state: isDown ? .stopped : .up)
    }
  }

  func stop(_ spec: ClusterSpec) async throws(ProviderError) {
    if let stopProblem { throw stopProblem }
  }

  func down(_ spec: ClusterSpec) async throws(ProviderError) {
    let name = Self.jobName(spec)
    let answers = try await ask(
      SlurmScripts.down,
      [
        ("N", ShellText.quoted(name)), ("KEY", ShellText.quoted(name)),
        ("C", ShellText.quoted(spec.name)),
      ])
    guard answers.last == ["gone"] else {
      throw ProviderError(
        .nodeFailed, infra, "the allocation \(answers.last?.last ?? name) does not end",
        advice: "see what `ssh \(cluster) squeue -n \(name)` says")
    }
  }

  func selfEnding(_ spec: ClusterSpec, down: Bool) -> SelfEnding? {
    guard down else { return nil }
    let name = ShellText.quoted(Self.jobName(spec))
    var ending = SelfEnding(
      script: SlurmScripts.path + "scancel -u \"$(id -un)\" -n \(name)\n", headOnly: true)
    ending.busy = SlurmScripts.path + "N=\(name)\n" + SlurmScripts.busy
    return ending
  }

  func spread(_ spec: ClusterSpec, nodes: Int) -> JobSpread? {
    let settings = "N=\(ShellText.quoted(Self.jobName(spec)))\nK=\(nodes)\n"
    return JobSpread(
      script: settings + SlurmScripts.path + SlurmScripts.spread,
      toOthers: settings + SlurmScripts.path + SlurmScripts.toOthers)
  }
}

extension SlurmProvider {
  /// One at a time: who comes second finds what the first has submitted.
  private func submitted(_ spec: ClusterSpec) async throws(ProviderError) -> String {
    let lock = try await NodesLock.take(spec.name, in: support.home)
    defer { withExtendedLifetime(lock) {} }
    return try await SlurmAllocation(self, spec).submitted()
  }

  static func jobName(_ spec: ClusterSpec) -> String { "sky-\(spec.name)-\(spec.incarnation)" }

  func login() throws(ProviderError) -> SlurmLogin {
    try SlurmLogin(cluster, support: support)
  }

  /// Runs a script of ours on the login node.
  func ask(
    _ body: String, _ settings: [(String, String)]
  ) async throws(ProviderError) -> [[String]] {
    try await login().visit { host throws(SyncError) in
      try await NodeScript.answers(SlurmScripts.path + body, settings: settings, on: host)
    }
  }
}
