import ArgumentParser
import Clusters
import HostBook

/// `sky hosts prune`: what belongs to nothing any more.
struct HostsPrune: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Remove aliases of clusters that are gone, keys of no alias and dead sockets.",
    discussion: Help.text(
      examples: [
        "sky hosts prune --dry-run": "only says what it would remove",
        "sky hosts prune": "stopped clusters keep their aliases",
      ],
      exits: [.failed, .badInput, .cannotWrite]))

  @Flag(help: "Change nothing.")
  var dryRun = false

  func run(_ context: SkyContext) async throws {
    let clusters = Set(try await StateStore.open(context.home).clusters().map(\.name))
    let pruned = try BookStore(context.home).prune(clusters: clusters, dryRun: dryRun)
    for alias in pruned.aliases { context.console.say("alias \(alias)") }
    for key in pruned.keys { context.console.say("host key \(key)") }
    if pruned.sockets > 0 { context.console.say("dead sockets: \(pruned.sockets)") }
  }
}
