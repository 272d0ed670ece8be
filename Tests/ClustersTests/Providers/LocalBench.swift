import HostBook
import Support
import SystemPackage

@testable import Clusters

/// A scratch SKY_HOME with a local provider, and the stock ssh client to look at its nodes with.
struct LocalBench {
  var folder: FilePath
  var home: SkyHome
  var provider: LocalProvider

  /// Everything that `body` brought up under the names it used is taken down, whatever happened.
  static func run(
    clusters: [String] = ["dev"], _ body: (LocalBench) async throws -> Void
  ) async throws {
    try await withScratchFolder { folder in
      let home = SkyHome(
        root: folder.appending("sky"), userConfig: folder.appending("config"), home: folder,
        passwdHome: folder)
      let bench = LocalBench(folder: folder, home: home, provider: LocalProvider(home: home))
      _ = try await Support.run(
        "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", folder.appending("id").string])
      do {
        try await body(bench)
      } catch {
        for name in clusters { try? await bench.provider.down(bench.spec(name)) }
        throw error
      }
      for name in clusters { try await bench.provider.down(bench.spec(name)) }
    }
  }

  func spec(_ name: String = "dev", nodes: Int = 1) -> ClusterSpec {
    ClusterSpec(
      name: name, incarnation: "1", numNodes: nodes, identityFile: folder.appending("id"))
  }

  func nodeFolder(_ rank: Int, of cluster: String = "dev") -> NodeFolder {
    NodeFolder(cluster: cluster, rank: rank, in: home.nodes)
  }

  /// The processes of one node, as the kernel has them now.
  func processes(_ rank: Int, of cluster: String = "dev") -> [ProcessTable.Entry] {
    ProcessTable.now().all(of: nodeFolder(rank, of: cluster))
  }

  /// The process whose end is the node's end. Its number need not be the lowest: the kernel's may have
  /// begun anew since.
  func firstProcess(_ rank: Int) -> ProcessTable.Entry? {
    let inside = ProcessTable.now().inside(nodeFolder(rank))
    return inside.first { process in !inside.contains { $0.pid == process.parent } }
  }

  /// A configuration in which `node` is that node; the host key that the provider told is the only one
  /// accepted.
  func config(_ node: Node) throws -> FilePath {
    let name = "\(node.hostname)-\(node.port)"
    let known = folder.appending("known-\(name)")
    let keys = node.hostKeys.map { "[\(node.hostname)]:\(node.port) \($0)\n" }.joined()
    try LocalFiles.write(keys, to: known, mode: 0o600)
    let config = folder.appending("config-\(name)")
    try LocalFiles.write(
      """
      Host node
        HostName \(node.hostname)
        Port \(node.port)
        User \(node.user)
        IdentityFile \(folder.appending("id"))
        IdentitiesOnly yes
        BatchMode yes
        UserKnownHostsFile \(known)
        GlobalKnownHostsFile /dev/null
        StrictHostKeyChecking yes

      """, to: config, mode: 0o600)
    return config
  }

  /// Runs a command on a node.
  func ssh(_ node: Node, _ command: String, input: String = "") async throws -> ProgramResult {
    try await Support.run(
      "ssh", ["-F", try config(node).string, "node", command], input: Array(input.utf8))
  }

  /// As `ssh`, and it has to succeed: its output without the last line end.
  func say(_ node: Node, _ command: String) async throws -> String {
    let result = try await ssh(node, command)
    guard result.status == 0 else {
      throw ProviderError(.nodeFailed, command, "exit \(result.status): \(result.errorText)")
    }
    return String(result.text.drop { $0 == "\n" }.reversed().drop { $0 == "\n" }.reversed())
  }
}
