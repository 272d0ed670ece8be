import ArgumentParser
import Clusters

/// Which clusters a command that ends or starts something is about.
struct ClusterChoice: ParsableArguments {
  @Argument(help: "The clusters.", completion: .clusters)
  var clusters: [String] = []

  @Flag(name: .shortAndLong, help: "All clusters.")
  var all = false

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  func validate() throws {
    if all != clusters.isEmpty {
      throw ValidationError(all ? "Give either names or --all." : "Name a cluster, or give --all.")
    }
  }

  /// The names, each of a cluster that exists; asks when it was not told not to.
  func names(_ session: ClusterSession, verb: String) async throws -> [String] {
    let found = try await StatusReport(session.clusters).run(clusters, refresh: false)
    let names = found.map(\.cluster.name)
    let question = "\(verb) \(names.joined(separator: ", "))?"
    guard !names.isEmpty, !yes else { return names }
    guard session.context.console.confirm(question, fallback: true) else {
      throw CommandError(.failed, "nothing was done")
    }
    return names
  }
}

/// `sky stop`: end the nodes, keep their files.
struct Stop: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop",
    abstract: "End the nodes of clusters and keep their files.",
    discussion: Help.text(
      examples: ["sky stop dev": "frees the machine", "sky start dev": "brings it back"],
      exits: [.failed, .unknownName, .cannotWrite]))

  @OptionGroup var choice: ClusterChoice

  func run(_ context: SkyContext) async throws {
    let session = try await ClusterSession(context)
    for name in try await choice.names(session, verb: "Stop") {
      try await TakeDown(session.clusters).stop(name)
    }
  }
}
