import HostBook

/// `sky storage delete`: buckets that sky made, with all that is in them.
public struct DeleteStorage: Sendable {
  let state: StateStore
  let here: ObjectStores

  public init(_ state: StateStore, here: ObjectStores) {
    self.state = state
    self.here = here
  }

  /// The recorded buckets of these names, or all that sky made when nil. Throws for a name that is not
  /// recorded, for a bucket that sky did not make, and for one that a cluster uses; nothing is deleted here.
  public func choose(_ names: [String]?) async throws -> [StorageRecord] {
    let records = try await state.storage()
    guard let names else { return records.filter { $0.isOurs && $0.clusters.isEmpty } }
    var chosen: [StorageRecord] = []
    for name in names {
      for record in try Self.find(name, in: records) where !chosen.contains(record) {
        chosen.append(record)
      }
    }
    return chosen
  }

  /// Deletes one bucket and forgets it.
  public func delete(_ record: StorageRecord) async throws {
    try await here.checkPlace(of: record)
    try await here.delete(record.uri)
    try await state.removeStorage(record.store, bucket: record.bucket)
  }

  /// Deletes the buckets that are not persistent and have no other user than `cluster`.
  public func deleteLeaving(
    with cluster: String, onNotice: @Sendable (String) -> Void
  ) async throws {
    for record in try await state.storageLeaving(with: cluster) {
      onNotice("deleting the bucket \(record.uri), which is not persistent")
      try await delete(record)
    }
  }

  /// A name may be a URI too, for two stores may have buckets of one name.
  private static func find(
    _ name: String, in records: [StorageRecord]
  ) throws(StorageError) -> [StorageRecord] {
    let found = records.filter { $0.bucket == name || "\($0.uri)" == name }
    guard !found.isEmpty else { throw unknown(name, records) }
    for record in found {
      guard record.isOurs else {
        throw StorageError(
          .failed, "\(record.uri)", "was not made by sky, so sky does not delete it",
          advice: "Delete it with the store's own tools.")
      }
      guard record.clusters.isEmpty else {
        let users = record.clusters.joined(separator: ", ")
        throw StorageError(
          .busy, "\(record.uri)", "is in use by \(users)",
          advice: "Take that down first: sky down \(record.clusters.joined(separator: " ")).")
      }
    }
    return found
  }

  private static func unknown(_ name: String, _ records: [StorageRecord]) -> StorageError {
    let near = Suggestion.nearest(to: name, in: records.map(\.bucket))
    let reason = "sky knows no bucket of this name"
    return StorageError(
      .noBucket, name, near.map { "\(reason); did you mean \($0)?" } ?? reason,
      advice: "`sky storage ls` lists them.")
  }
}
