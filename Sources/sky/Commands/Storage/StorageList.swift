import ArgumentParser
import Clusters

/// `sky storage ls`: the recorded buckets; their sizes are asked of the stores, for some seconds at most.
struct StorageList: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls",
    abstract: "List the buckets that sky made or that clusters use.",
    discussion: Help.text(
      examples: [
        "sky storage ls": "a table for people",
        "sky storage ls --json | jq -r '.[].name'": "for programs",
      ],
      exits: [.failed]))

  @Flag(help: "Print one JSON document.")
  var json = false

  func run(_ context: SkyContext) async throws {
    let state = try StateStore.open(context.home)
    let entries = try await ListStorage(state, here: ObjectStores(context)).run()
    if json {
      context.console.say(try JSON.text(entries.map(StorageJSON.init)))
      return
    }
    guard !entries.isEmpty else {
      context.console.note("No buckets. A task's file_mounts name some.")
      return
    }
    let rows = entries.map { entry in
      let storage = entry.storage
      return [
        storage.bucket, storage.store.rawValue.uppercased(), storage.source ?? "-",
        storage.mode.rawValue,
        storage.clusters.isEmpty ? "-" : storage.clusters.joined(separator: ","),
        "\(storage.createdAt)", storage.isOurs ? "sky" : "-", Self.size(entry),
      ]
    }
    context.console.say(
      Table(
        header: ["NAME", "STORE", "SOURCE", "MODE", "CLUSTERS", "CREATED", "MADE BY", "SIZE"],
        rows: rows))
  }

  private static func size(_ entry: ListStorage.Entry) -> String {
    if entry.isGone { return "deleted" }
    return entry.size.map { ByteCount.words($0.bytes) } ?? "?"
  }
}

/// One bucket of `sky storage ls --json`.
struct StorageJSON: Encodable {
  var name: String
  var store: String
  var region: OrNull<String>
  var source: OrNull<String>
  var mode: String
  var persistent: Bool
  var clusters: [String]
  var created_at: Timestamp
  var made_by_sky: Bool
  /// Bytes; null when the store did not say.
  var size: OrNull<Int64>
  var objects: OrNull<Int64>
  var exists: Bool

  init(_ entry: ListStorage.Entry) {
    let storage = entry.storage
    name = storage.bucket
    store = storage.store.rawValue
    region = OrNull(storage.region)
    source = OrNull(storage.source)
    mode = storage.mode.rawValue
    persistent = storage.persistent
    clusters = storage.clusters
    created_at = storage.createdAt
    made_by_sky = storage.isOurs
    size = OrNull(entry.size?.bytes)
    objects = OrNull(entry.size?.count)
    exists = !entry.isGone
  }
}
