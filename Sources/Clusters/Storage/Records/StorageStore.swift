import GRDB

extension StateStore {
  /// The buckets that sky made or that clusters use, by store and name.
  public func storage() async throws(StateError) -> [StorageRecord] {
    try await read { database in try Self.storage(database) }
  }

  /// Adds the bucket or what is new about it: who made it, and since when, stays as it was.
  ///
  /// - Parameter cluster: uses it from now on; it has to be recorded.
  public func save(
    _ storage: StorageRecord, usedBy cluster: String?
  ) async throws(StateError) {
    try await write { database in
      try storage.write(database)
      guard let cluster else { return }
      try database.execute(
        sql: "INSERT OR IGNORE INTO storage_use (store, bucket, cluster) VALUES (?, ?, ?)",
        arguments: [storage.store.rawValue, storage.bucket, cluster])
    }
  }

  /// The cluster uses the bucket of an entry that was taken out no longer, unless another entry has it. A
  /// bucket that is to go with the cluster stays its own.
  func forgetUse(of entry: SyncedEntry, by cluster: String) async throws(StateError) {
    guard let uri = entry.bucket?.uri else { return }
    let others = try await synced(to: cluster).compactMap(\.bucket?.uri)
    guard !others.contains(where: { $0.store == uri.store && $0.bucket == uri.bucket }) else {
      return
    }
    try await write { database in
      try database.execute(
        sql: """
          DELETE FROM storage_use WHERE store = ? AND bucket = ? AND cluster = ? AND EXISTS
            (SELECT 1 FROM storage WHERE store = storage_use.store AND bucket = storage_use.bucket
              AND (persistent OR NOT is_ours))
          """, arguments: [uri.store.rawValue, uri.bucket, cluster])
    }
  }

  /// Forgets the bucket; one that is not there is no error.
  public func removeStorage(_ store: ObjectStore, bucket: String) async throws(StateError) {
    try await write { database in
      try database.execute(
        sql: "DELETE FROM storage WHERE store = ? AND bucket = ?",
        arguments: [store.rawValue, bucket])
    }
  }

  /// The buckets that have to go with `cluster`: made by sky, not persistent, used by no other cluster.
  public func storageLeaving(with cluster: String) async throws(StateError) -> [StorageRecord] {
    try await storage().filter { $0.isOurs && !$0.persistent && $0.clusters == [cluster] }
  }

  private static func storage(_ database: Database) throws -> [StorageRecord] {
    var clusters: [String: [String]] = [:]
    let uses = try Row.fetchAll(database, sql: "SELECT * FROM storage_use ORDER BY cluster")
    for use in uses {
      clusters["\(use["store"] as String) \(use["bucket"] as String)", default: []].append(
        use["cluster"])
    }
    return try Row.fetchAll(database, sql: "SELECT * FROM storage ORDER BY store, bucket")
      .map { row in
        var record = try StorageRecord(row: row)
        record.clusters = clusters["\(record.store.rawValue) \(record.bucket)"] ?? []
        return record
      }
      .filter { $0.isOurs || !$0.clusters.isEmpty }
  }
}

extension StorageRecord {
  init(row: Row) throws {
    self.init(
      store: try row.parse("store", ObjectStore.init(rawValue:)), region: row["region"],
      bucket: row["bucket"], endpoint: row["endpoint"], source: row["source"],
      mode: try row.parse("mode", StorageSpec.Mode.init(rawValue:)), persistent: row["persistent"],
      isOurs: row["is_ours"], createdAt: try row.parse("created_at", Timestamp.init))
  }

  func write(_ database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO storage
          (store, bucket, region, endpoint, source, mode, persistent, is_ours, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (store, bucket) DO UPDATE SET
          region = excluded.region, endpoint = excluded.endpoint, source = excluded.source,
          mode = excluded.mode, persistent = excluded.persistent,
          is_ours = MAX(is_ours, excluded.is_ours)
        """,
      arguments: [
        store.rawValue, bucket, region, endpoint, source, mode.rawValue, persistent, isOurs,
        createdAt.description,
      ])
  }
}
