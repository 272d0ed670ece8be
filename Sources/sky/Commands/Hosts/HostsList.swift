import ArgumentParser
import Clusters
import HostBook
import SkySync

/// `sky hosts list`: the book; one read of a file, and no network unless asked to.
struct HostsList: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the aliases that ssh knows through sky.",
    discussion: Help.text(
      examples: [
        "sky hosts list --json | jq -r '.[].alias'": "for programs",
        "sky hosts list --probe": "which of them answer, and why the others do not",
      ],
      exits: [.badInput, .cannotWrite]))

  @Flag(help: "Print one JSON document.")
  var json = false

  @Flag(help: "Log in to each: STATE then is `reachable`, or why it is not.")
  var probe = false

  func run(_ context: SkyContext) async throws {
    let entries = Self.sorted(try BookStore(context.home).read().entries)
    let states = probe ? await Self.probe(entries, context) : entries.map { $0.state?.rawValue }
    let rows = zip(entries, states).map { HostJSON($0, state: $1) }
    if json {
      context.console.say(try JSON.text(rows))
    } else if rows.isEmpty {
      context.console.note("No aliases. `sky launch` makes some, `sky hosts add` adds one.")
    } else {
      context.console.say(Table(header: HostJSON.header, rows: rows.map(\.cells)))
    }
  }

  /// Side by side; each answer is one line of words.
  private static func probe(_ entries: [AliasEntry], _ context: SkyContext) async -> [String?] {
    let connector = await Connector(context.home, options: context.console.connectionOptions)
    let answers = await connector.visit(entries.map(\.alias)) { _ throws(SyncError) in }
    return answers.map { answer in
      switch answer {
      case .success: "reachable"
      case .failure(let error):
        error.reason.split(whereSeparator: \.isNewline).joined(separator: " ")
      }
    }
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

  init(_ entry: AliasEntry, state: String?) {
    alias = entry.alias
    cluster = OrNull(entry.cluster)
    role = OrNull(entry.role?.rawValue)
    rank = OrNull(entry.rank)
    hostname = entry.hostname
    port = entry.port
    user = entry.user
    identity_file = OrNull(entry.identityFile?.string)
    self.state = OrNull(state)
    infra = OrNull(entry.infra)
  }

  static let header = ["ALIAS", "CLUSTER", "ROLE", "ADDRESS", "USER", "STATE"]

  var cells: [String] {
    [
      alias, cluster.value ?? "-", role.value ?? "-", "\(hostname):\(port)", user,
      state.value ?? "-",
    ]
  }
}
