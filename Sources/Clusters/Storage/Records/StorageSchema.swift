import GRDB

extension Schema {
  /// Buckets, and which cluster uses which.
  static func registerStorage(_ migrator: inout DatabaseMigrator) {
    migrator.registerMigration("2 storage") { database in
      try database.execute(
        sql: """
          CREATE TABLE storage (
            store TEXT NOT NULL,
            bucket TEXT NOT NULL,
            region TEXT,
            endpoint TEXT,
            source TEXT,
            mode TEXT NOT NULL,
            persistent INTEGER NOT NULL,
            is_ours INTEGER NOT NULL,
            created_at TEXT NOT NULL,
            PRIMARY KEY (store, bucket)
          ) STRICT;
          CREATE TABLE storage_use (
            store TEXT NOT NULL,
            bucket TEXT NOT NULL,
            cluster TEXT NOT NULL REFERENCES cluster(name) ON DELETE CASCADE,
            PRIMARY KEY (store, bucket, cluster),
            FOREIGN KEY (store, bucket) REFERENCES storage(store, bucket) ON DELETE CASCADE
          ) STRICT;
          """)
    }
  }
}
