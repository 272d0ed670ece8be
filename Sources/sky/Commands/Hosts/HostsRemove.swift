import ArgumentParser
import HostBook

/// `sky hosts remove`: hosts of the user's own leave the book.
struct HostsRemove: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove hosts that you added, with their pinned keys and shared connections.",
    discussion: Help.text(
      examples: [
        "sky hosts remove web db": "both, or none when one is unknown",
        "sky hosts undo": "brings them back",
      ],
      exits: [.unknownName, .cannotWrite]))

  @Argument(help: "The aliases.", completion: .aliases)
  var aliases: [String]

  @Flag(name: .shortAndLong, help: "Also aliases of clusters; the cluster itself stays.")
  var force = false

  func run(_ context: SkyContext) async throws {
    try BookStore(context.home).remove(aliases, force: force)
  }
}
