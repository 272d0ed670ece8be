import GRDB

/// What a task brought to the nodes of a cluster, so that it can be brought again; holds no secret.
public struct SyncedEntry: Equatable, Sendable {
  public enum Kind: String, Sendable {
    /// A folder here that is the task's code.
    case workdir
    /// A repository that is the task's code.
    case repository
    case folder
    case file
    /// A bucket that is copied or mounted.
    case bucket
  }

  public var kind: Kind
  /// The path on the node, as a task has it: absolute or below `~`.
  public var target: String
  /// An absolute path here, or an address; nil when a secret is in it.
  public var source: String?
  /// A branch, tag or commit of a repository.
  public var ref: String?
  /// Of a bucket; nil when an older version of this program brought it.
  public var bucket: SyncedBucket?
  /// Whether the last task still has it.
  public var isCurrent: Bool

  public init(
    _ kind: Kind, target: String, source: String?, ref: String? = nil,
    bucket: SyncedBucket? = nil, isCurrent: Bool = true
  ) {
    self.kind = kind
    self.target = target
    self.source = source
    self.ref = ref
    self.bucket = bucket
    self.isCurrent = isCurrent
  }

  var isWorkdir: Bool { kind == .workdir || kind == .repository }
}

extension Schema {
  /// What the last task of a cluster brought along, and to how many nodes.
  static func registerSynced(_ migrator: inout DatabaseMigrator) {
    migrator.registerMigration("3 what was synced") { database in
      try database.execute(
        sql: """
          CREATE TABLE synced (
            cluster TEXT NOT NULL REFERENCES cluster(name) ON DELETE CASCADE,
            target TEXT NOT NULL,
            kind TEXT NOT NULL,
            source TEXT,
            ref TEXT,
            is_current INTEGER NOT NULL,
            PRIMARY KEY (cluster, target)
          ) STRICT;
          """)
    }
    migrator.registerMigration("4 buckets that were synced") { database in
      try database.execute(sql: "ALTER TABLE synced ADD COLUMN bucket TEXT")
    }
  }
}

extension StateStore {
  /// What tasks brought to the cluster's nodes, in the order in which it came.
  public func synced(to cluster: String) async throws(StateError) -> [SyncedEntry] {
    try await read { database in try SyncedEntry.all(cluster, database) }
  }

  /// Remembers what a task brought along in place of what the task before it did.
  ///
  /// - Parameter all: the task's mounts too, so that mounts that are not among `entries` have been taken
  ///   out; false for a task that only brought its workdir.
  /// - Returns: the mounts that this task has not and the one before it had.
  public func saveSynced(
    _ entries: [SyncedEntry], to cluster: String, all: Bool
  ) async throws(StateError) -> [SyncedEntry] {
    try await write { database in
      var left: [SyncedEntry] = []
      for var old in try SyncedEntry.all(cluster, database) {
        let isGone = old.isWorkdir ? all || entries.contains(where: \.isWorkdir) : all
        guard old.isCurrent, isGone, !entries.contains(where: { $0.target == old.target }) else {
          continue
        }
        old.isCurrent = false
        try old.write(cluster, database)
        if !old.isWorkdir { left.append(old) }
      }
      for entry in entries { try entry.write(cluster, database) }
      return left
    }
  }

  /// Forgets an entry; one that is not there is no error.
  public func forgetSynced(_ target: String, of cluster: String) async throws(StateError) {
    try await write { database in
      try database.execute(
        sql: "DELETE FROM synced WHERE cluster = ? AND target = ?", arguments: [cluster, target])
    }
  }
}

extension SyncedEntry {
  fileprivate static func all(_ cluster: String, _ database: Database) throws -> [SyncedEntry] {
    try Row.fetchAll(
      database, sql: "SELECT * FROM synced WHERE cluster = ? ORDER BY rowid", arguments: [cluster]
    ).map { row in
      SyncedEntry(
        try row.parse("kind", Kind.init(rawValue:)), target: row["target"], source: row["source"],
        ref: row["ref"], bucket: (row["bucket"] as String?).flatMap(SyncedBucket.init(text:)),
        isCurrent: row["is_current"])
    }
  }

  fileprivate func write(_ cluster: String, _ database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO synced (cluster, target, kind, source, ref, bucket, is_current)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (cluster, target) DO UPDATE SET
          kind = excluded.kind, source = excluded.source, ref = excluded.ref,
          bucket = excluded.bucket, is_current = excluded.is_current
        """,
      arguments: [cluster, target, kind.rawValue, source, ref, bucket?.text, isCurrent])
  }
}
