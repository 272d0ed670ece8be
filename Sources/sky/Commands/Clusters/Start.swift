import ArgumentParser
import Clusters

/// `sky start`: bring stopped nodes back with their files.
struct Start: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "Bring the nodes of stopped clusters back, with their files.",
    discussion: Help.text(
      examples: [
        "sky start dev": "same files, names and host keys as before",
        "sky start -a": "all stopped clusters",
      ],
      exits: [.failed, .unknownName, .unreachable, .cannotWrite]))

  @OptionGroup var choice: ClusterChoice

  func run(_ context: SkyContext) async throws {
    let session = try await ClusterSession(context)
    for name in try await choice.names(session, verb: "Start") {
      try await StartCluster(session.clusters).run(name)
    }
  }
}
