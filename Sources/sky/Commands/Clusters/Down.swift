import ArgumentParser
import Clusters

/// `sky down`: end clusters and remove all of them.
struct Down: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "down",
    abstract: "End clusters and remove their files, aliases and keys.",
    discussion: Help.text(
      examples: [
        "sky down dev": "asks, then removes everything but the logs here",
        "sky down -a -y": "all clusters, without asking",
      ],
      exits: [.failed, .unknownName, .cannotWrite]))

  @OptionGroup var choice: ClusterChoice

  @Flag(help: "Also when files that are not yet in their bucket would be lost.")
  var force = false

  func run(_ context: SkyContext) async throws {
    let session = try await ClusterSession(context)
    for name in try await choice.names(session, verb: "Take down, with all files on the nodes of,")
    {
      try await TakeDown(session.clusters).down(name, force: force)
    }
  }
}
