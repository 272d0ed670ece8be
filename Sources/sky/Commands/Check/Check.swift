import ArgumentParser
import Clusters

/// `sky check`: what this machine can use, and what is missing for the rest.
struct Check: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Say which infra and which object stores this machine can use, and what is missing.",
    discussion: Help.text(
      examples: [
        "sky check": "a table, and what to do about what is missing",
        "sky check --json | jq '.[] | select(.usable | not)'": "for programs",
      ],
      exits: [.failed],
      more: "Ends with 0 when at least one infra can be used. Each store is asked for some seconds."
    ))

  @Flag(help: "Print one JSON document.")
  var json = false

  func run(_ context: SkyContext) async throws {
    async let stores = ObjectStores(context).check()
    let session = try await ClusterSession(context)
    var infra: [CheckRow] = []
    for (name, problem) in Providers.known(session.support) {
      let missing =
        problem == nil ? try await session.clusters.provider(name).missing() : problem
      infra.append(CheckRow(name, missing))
    }
    let rows = infra + (await stores).map { CheckRow($0) }
    if json {
      context.console.say(try JSON.text(rows))
    } else {
      let cells = rows.map { [$0.name, $0.kind, $0.usable ? "yes" : "no", $0.detail.value ?? ""] }
      context.console.say(Table(header: ["NAME", "KIND", "USABLE", "DETAIL"], rows: cells))
      for row in rows where !row.usable {
        if let advice = row.advice.value { context.console.note("\(row.name): \(advice)") }
      }
    }
    guard infra.contains(where: \.usable) else {
      throw CommandError(.failed, "no infra can be used on this machine")
    }
  }
}

/// One line of `sky check --json`.
struct CheckRow: Encodable {
  var name: String
  /// `infra` or `store`.
  var kind: String
  var usable: Bool
  var detail: OrNull<String>
  var advice: OrNull<String>

  init(_ infra: String, _ missing: ProviderError?) {
    name = infra
    kind = "infra"
    usable = missing == nil
    detail = OrNull(missing.map { "\($0.subject): \($0.reason)" })
    advice = OrNull(missing?.advice)
  }

  init(_ check: StoreCheck) {
    name = check.store.rawValue
    kind = "store"
    usable = check.isUsable
    detail = OrNull(check.detail)
    advice = OrNull(check.advice)
  }
}
