import ArgumentParser
import HostBook

/// `sky hosts rename`: another name for a host of the user's own.
struct HostsRename: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "rename",
    abstract: "Give a host that you added another name.",
    discussion: Help.text(
      examples: [
        "sky hosts rename web www": "its pinned keys go with it",
        "sky hosts rename dev old-dev": "frees the name for a cluster",
      ],
      exits: [.unknownName, .cannotWrite]))

  @Argument(help: "The alias.", completion: .aliases)
  var alias: String

  @Argument(help: "Its new name.")
  var name: String

  func run(_ context: SkyContext) async throws {
    try BookStore(context.home).rename(alias, to: name)
  }
}
