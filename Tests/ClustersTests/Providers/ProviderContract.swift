import HostBook
import Support
import SystemPackage
import Testing

@testable import Clusters

/// A kind of infrastructure that has to keep the contract of `Provider`: one line in `all` for each.
struct ContractedProvider: Sendable, CustomTestStringConvertible {
  typealias Body = @Sendable (ContractBench) async throws -> Void

  var name: String
  /// Makes what it needs, runs the body with a provider of at least four nodes, and clears everything away.
  var run: @Sendable (_ body: Body) async throws -> Void

  var testDescription: String { name }

  static let all: [ContractedProvider] =
    [
      ContractedProvider(name: "local", run: onLocal),
      ContractedProvider(name: "ssh", run: onPool),
    ] + (SlurmCluster.missing == nil ? [ContractedProvider(name: "slurm", run: onSlurm)] : [])
}

/// A provider under test, and the stock ssh client to look at its nodes with.
struct ContractBench: Sendable {
  var folder: FilePath
  var home: SkyHome
  var state: StateStore
  var provider: any Provider

  /// What the workflows do before they ask the provider: the cluster is recorded, its key is made.
  func spec(_ name: String = "dev", nodes: Int = 1) async throws -> ClusterSpec {
    let known = try await state.cluster(name)
    if known == nil {
      try await state.save(
        ClusterRecord(
          name: name, incarnation: "1", state: .initializing, infra: provider.infra,
          numNodes: nodes, launchedAt: .now(), lastUse: .now()))
    }
    let key = folder.appending("key-\(name)")
    if try FileSystem.status(key) == nil { try await generateKey(key) }
    return ClusterSpec(name: name, incarnation: "1", numNodes: nodes, identityFile: key)
  }

  /// Runs a command on a node by plain ssh, by nothing but what the provider has said of it.
  func say(_ node: Node, _ command: String, of spec: ClusterSpec) async throws -> String {
    let name = "\(spec.name)-\(node.rank)"
    let known = folder.appending("known-\(name)")
    try writeFile(known, Array(node.hostKeys.map { "sky-test \($0)\n" }.joined().utf8))
    var lines = [
      "HostName \(node.hostname)", "Port \(node.port)", "User \(node.user)", "BatchMode yes",
      "HostKeyAlias sky-test", "UserKnownHostsFile \(known)", "GlobalKnownHostsFile /dev/null",
      "StrictHostKeyChecking yes", "LogLevel ERROR",
    ]
    if node.usesClusterKey {
      lines += ["IdentityFile \(spec.identityFile)", "IdentitiesOnly yes"]
    }
    lines += node.options.map { "\($0.keyword) \($0.value)" }
    switch node.proxy {
    case .jump(let hosts): lines.append("ProxyJump \(hosts)")
    case .command(let command): lines.append("ProxyCommand \(command)")
    case nil: break
    }
    let config = folder.appending("config-\(name)")
    try writeFile(
      config, Array(("Host node\n" + lines.map { "  \($0)\n" }.joined()).utf8))
    let result = try await Support.run("ssh", ["-F", config.string, "node", command])
    try #require(result.status == 0, "\(command): \(result.errorText)")
    return result.text
  }
}

private func onLocal(_ body: ContractedProvider.Body) async throws {
  try await LocalBench.run(clusters: ["dev", "prod"]) { bench in
    try await body(
      ContractBench(
        folder: bench.folder, home: bench.home, state: try StateStore.open(bench.home),
        provider: bench.provider))
  }
}

private func onPool(_ body: ContractedProvider.Body) async throws {
  try await withScratchFolder { folder in
    let home = SkyHome.scratch(in: folder)
    var servers: [LoopbackSSHD] = []
    defer { for server in servers { server.stop() } }
    var config: [UInt8] = []
    for number in 1...4 {
      let place = folder.appending("p\(number)")
      try FileSystem.makeFolder(place)
      let server = try await LoopbackSSHD.start(in: place, .init(name: "p\(number)"))
      servers.append(server)
      config += try readFile(server.config)
    }
    try FileSystem.makeFolder(folder.appending(".ssh"))
    try FileSystem.makeFolder(home.root)
    try writeFile(home.userConfig, config)
    try writeFile(
      home.root.appending("ssh_node_pools.yaml"),
      Array("mine:\n  hosts: [p1, p2, p3, p4]\n".utf8))
    let state = try StateStore.open(home)
    let support = ProviderSupport(
      home: home, state: state, connector: await Connector(home), report: { _ in })
    try await body(
      ContractBench(
        folder: folder, home: home, state: state,
        provider: SSHPoolProvider(name: "mine", support: support)))
    for server in servers {
      let left = try await run("find", [server.home.string, "-mindepth", "1"])
      #expect(left.text == "", "left on a machine of the pool: \(left.text)")
    }
  }
}

private func onSlurm(_ body: ContractedProvider.Body) async throws {
  try await withSlurm { slurm in
    try await withScratchFolder { folder in
      let home = SkyHome.scratch(in: folder)
      try FileSystem.makeFolder(home.root)
      try FileSystem.makeFolder(folder.appending(".slurm"))
      try writeFile(folder.appending(".slurm").appending("config"), Array(slurm.config("hpc").utf8))
      let state = try StateStore.open(home)
      let support = ProviderSupport(
        home: home, state: state, connector: await Connector(home), report: { _ in })
      try await body(
        ContractBench(
          folder: folder, home: home, state: state,
          provider: SlurmProvider(cluster: "hpc", partition: nil, support: support)))
      #expect(try await slurm.run("squeue", "-h").text == "", "an allocation is left")
      let left = try await run(
        "sh", ["-c", "cat .ssh/authorized_keys; ls -A | grep -vx -e .ssh -e sky_workdir"],
        in: slurm.home)
      #expect(left.text == "", "left in the home: \(left.text)")
    }
  }
}
