import ArgumentParser
import Clusters

/// `sky storage …`: the buckets of clusters.
struct StorageCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "storage",
    abstract: "The buckets that sky made or that its clusters use.",
    discussion: Help.text(
      examples: [
        "sky storage ls": "which buckets there are, and who uses them",
        "sky storage delete my-bucket": "delete one that sky made, with all that is in it",
      ]),
    subcommands: [StorageList.self, StorageDelete.self])
}

extension ObjectStores {
  /// With the keys of whoever runs the command.
  init(_ context: SkyContext) {
    self.init(environment: context.environment, home: context.home.home)
  }
}
