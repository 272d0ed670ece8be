import ArgumentParser
import Clusters

/// `sky storage delete`: buckets that sky made, with all that is in them.
struct StorageDelete: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Delete buckets that sky made, with all that is in them.",
    discussion: Help.text(
      examples: [
        "sky storage delete my-bucket": "asks first",
        "sky storage delete -a -y": "all that sky made and no cluster uses, without asking",
      ],
      exits: [.failed, .unknownName, .unreachable, .authentication],
      more: "A bucket that sky did not make, or that a cluster uses, is never deleted."))

  @Argument(help: "The buckets, by name or URI.")
  var names: [String] = []

  @Flag(name: .shortAndLong, help: "All that sky made and no cluster uses.")
  var all = false

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  func validate() throws {
    if all != names.isEmpty {
      throw ValidationError(all ? "Give either names or --all." : "Name a bucket, or give --all.")
    }
  }

  func run(_ context: SkyContext) async throws {
    let state = try StateStore.open(context.home)
    let work = DeleteStorage(state, here: ObjectStores(context))
    let chosen = try await work.choose(all ? nil : names)
    guard !chosen.isEmpty else {
      context.console.note("No bucket to delete.")
      return
    }
    let list = chosen.map { "\($0.uri)" }.joined(separator: ", ")
    guard yes || context.console.confirm("Delete \(list) with all objects?", fallback: false) else {
      throw CommandError(.failed, "nothing was deleted; -y deletes without asking")
    }
    for storage in chosen {
      try await work.delete(storage)
      context.console.note("deleted \(storage.uri)")
    }
  }
}
