import ArgumentParser
import HostBook

/// `sky hosts export`: hosts for another machine or another person.
struct HostsExport: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Print hosts, with their public host keys, for `sky hosts import` elsewhere.",
    discussion: Help.text(
      examples: [
        "sky hosts export > hosts.json": "all of them; no private key is in it",
        "sky hosts export web db | ssh laptop sky hosts import -":
          "two, straight to another machine",
      ],
      exits: [.badInput, .unknownName]))

  @Argument(help: "The aliases; all when none is named.", completion: .aliases)
  var aliases: [String] = []

  func run(_ context: SkyContext) async throws {
    context.console.say(try JSON.text(try BookStore(context.home).export(aliases)))
  }
}
