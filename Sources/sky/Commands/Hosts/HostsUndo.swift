import ArgumentParser
import HostBook

/// `sky hosts undo`: back to the state before the last change of ours.
struct HostsUndo: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo",
    abstract: "Take the last change of the book, or of the Include line, back.",
    discussion: Help.text(
      examples: [
        "sky hosts undo": "again and again, up to 20 changes",
        "sky hosts remove web && sky hosts undo": "web is there again, with its pinned keys",
      ],
      exits: [.failed, .cannotWrite],
      more: "What you wrote into your own ssh config since stays."))

  func run(_ context: SkyContext) async throws {
    guard let undone = try BookStore(context.home).undo() else {
      throw CommandError(.failed, "there is no change to take back")
    }
    let console = context.console
    for alias in undone.restored { console.say("restored \(alias)") }
    for alias in undone.changed { console.say("changed back \(alias)") }
    for alias in undone.removed { console.say("removed \(alias)") }
    switch undone.config {
    case .nothing: console.say("took the hosts out of \(context.home.userConfig)")
    case .include: console.say("put the Include back into \(context.home.userConfig)")
    case .inline: console.say("put the hosts back into \(context.home.userConfig)")
    case nil: break
    }
  }
}
