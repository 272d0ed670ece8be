import ArgumentParser
import Clusters

/// `sky status`: what clusters there are.
struct Status: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "List clusters.",
    discussion: Help.text(
      examples: [
        "sky status": "what is known, at once",
        "sky status -r dev": "ask whether dev's nodes are really up",
      ],
      exits: [.failed, .unknownName]))

  @Argument(help: "Which clusters (default: all).", completion: .clusters)
  var clusters: [String] = []

  @Flag(name: .shortAndLong, help: "Ask the providers what is really up.")
  var refresh = false

  @Flag(help: "Print the head's address only.")
  var ip = false

  @Flag(help: "Print one JSON document.")
  var json = false

  func run(_ context: SkyContext) async throws {
    let session = try await ClusterSession(context)
    let found = try await StatusReport(session.clusters).run(clusters, refresh: refresh)
    if json {
      context.console.say(try JSON.text(found.map(StatusJSON.init)))
    } else if ip {
      for cluster in found { context.console.say(cluster.nodes.first?.hostname ?? "-") }
    } else {
      show(found, context.console)
    }
  }

  private func show(_ found: [ClusterStatus], _ console: Console) {
    guard !found.isEmpty else {
      console.note("No clusters. `sky launch -c NAME task.yaml` makes one.")
      return
    }
    let rows = found.map { status in
      let cluster = status.cluster
      return [
        cluster.name, cluster.state.rawValue, cluster.infra, "\(cluster.numNodes)",
        "\(cluster.launchedAt)", "\(cluster.lastUse)", cluster.workdir ?? "-",
      ]
    }
    console.say(
      Table(
        header: ["NAME", "STATE", "INFRA", "NODES", "LAUNCHED", "LAST USE", "WORKDIR"], rows: rows))
  }
}

/// One cluster of `sky status --json`.
struct StatusJSON: Encodable {
  struct Node: Encodable {
    var alias: String
    var rank: Int
    var hostname: String
    var port: UInt16
    var internal_ip: String
  }

  var name: String
  var state: String
  var infra: String
  var num_nodes: Int
  var launched_at: String
  var last_use: String
  var workdir: OrNull<String>
  var nodes: [Node]

  init(_ status: ClusterStatus) {
    let cluster = status.cluster
    name = cluster.name
    state = cluster.state.rawValue
    infra = cluster.infra
    num_nodes = cluster.numNodes
    launched_at = "\(cluster.launchedAt)"
    last_use = "\(cluster.lastUse)"
    workdir = OrNull(cluster.workdir)
    nodes = status.nodes.map {
      Node(
        alias: $0.alias, rank: $0.rank, hostname: $0.hostname, port: $0.port,
        internal_ip: $0.internalIP)
    }
  }
}
