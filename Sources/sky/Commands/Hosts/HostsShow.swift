import ArgumentParser
import HostBook

/// `sky hosts show`: what the book says of one alias, as ssh reads it.
struct HostsShow: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print the Host block of an alias as it is written.",
    discussion: Help.text(
      examples: [
        "sky hosts show dev": "its block and the lines it shares with others",
        "sky hosts show dev > dev.conf && ssh -F dev.conf dev": "it stands alone",
      ],
      exits: [.badInput, .unknownName]))

  @Argument(help: "The alias.", completion: .aliases)
  var alias: String

  func run(_ context: SkyContext) async throws {
    let entry = try BookStore(context.home).find(alias)
    let text = try BookText(context.home).render(entry)
    context.console.pass(Array(text.utf8))
  }
}
