import ArgumentParser
import HostBook

/// `sky hosts list`: the book; one read of a file, no network.
struct HostsList: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the aliases that ssh knows through sky.",
    discussion: Help.text(
      examples: [
        "sky hosts list": "a table for people",
        "sky hosts list --json | jq -r '.[].alias'": "for programs",
      ],
      exits: [.badInput, .cannotWrite]))

  @Flag(help: "Print one JSON document.")
  var json = false

  func run(_ context: SkyContext) async throws {
    let entries = try BookStore(context.home).read().entries
    if json {
      context.console.say(try JSON.text(Self.sorted(entries).map(HostJSON.init)))
      return
    }
    guard !entries.isEmpty else {
      context.console.note("No aliases. `sky launch` makes some, `sky hosts add` adds one.")
      return
    }
    let rows = Self.sorted(entries).map { entry in
      [
        entry.alias, entry.cluster ?? "-", entry.role?.rawValue ?? "-",
        "\(entry.hostname):\(entry.port)", entry.user, entry.state?.rawValue ?? "-",
      ]
    }
    let header = ["ALIAS", "CLUSTER", "ROLE", "ADDRESS", "USER", "STATE"]
    context.console.say(Table(header: header, rows: rows))
  }

  /// By cluster, then rank; hosts added by hand first.
  private static func sorted(_ entries: [AliasEntry]) -> [AliasEntry] {
    entries.sorted {
      ($0.cluster ?? "", $0.rank ?? 0, $0.alias) < ($1.cluster ?? "", $1.rank ?? 0, $1.alias)
    }
  }
}

/// One alias of `sky hosts list --json`.
struct HostJSON: Encodable {
  var alias: String
  var cluster: OrNull<String>
  var role: OrNull<String>
  var rank: OrNull<Int>
  var hostname: String
  var port: UInt16
  var user: String
  var identity_file: OrNull<String>
  var state: OrNull<String>
  var infra: OrNull<String>

  init(_ entry: AliasEntry) {
    alias = entry.alias
    cluster = OrNull(entry.cluster)
    role = OrNull(entry.role?.rawValue)
    rank = OrNull(entry.rank)
    hostname = entry.hostname
    port = entry.port
    user = entry.user
    identity_file = OrNull(entry.identityFile?.string)
    state = OrNull(entry.state?.rawValue)
    infra = OrNull(entry.infra)
  }
}
