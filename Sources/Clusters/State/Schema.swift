import GRDB

/// The tables of `state.db`. A migration that was ever released is never changed: add one below it.
enum Schema {
  static let migrator: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 clusters, nodes, jobs") { database in
      try database.execute(sql: clustersNodesJobs)
    }
    registerStorage(&migrator)
    registerPools(&migrator)
    migrator.registerMigration("homes that nodes share") { database in
      try database.execute(sql: "ALTER TABLE node ADD COLUMN home_of INTEGER")
    }
    registerSynced(&migrator)
    registerRequests(&migrator)
    return migrator
  }()

  private static let clustersNodesJobs = """
    CREATE TABLE cluster (
      name TEXT NOT NULL PRIMARY KEY,
      incarnation TEXT NOT NULL,
      state TEXT NOT NULL,
      infra TEXT NOT NULL,
      num_nodes INTEGER NOT NULL,
      launched_at TEXT NOT NULL,
      last_use TEXT NOT NULL,
      workdir TEXT,
      task TEXT,
      next_job_id INTEGER NOT NULL DEFAULT 1
    ) STRICT;
    CREATE TABLE node (
      cluster TEXT NOT NULL REFERENCES cluster(name) ON DELETE CASCADE,
      rank INTEGER NOT NULL,
      alias TEXT NOT NULL,
      hostname TEXT NOT NULL,
      port INTEGER NOT NULL,
      user TEXT NOT NULL,
      internal_ip TEXT NOT NULL,
      PRIMARY KEY (cluster, rank)
    ) STRICT;
    CREATE TABLE job (
      cluster TEXT NOT NULL REFERENCES cluster(name) ON DELETE CASCADE,
      id INTEGER NOT NULL,
      name TEXT,
      state TEXT NOT NULL,
      submitted_at TEXT NOT NULL,
      started_at TEXT,
      ended_at TEXT,
      exit_codes TEXT NOT NULL,
      log_path TEXT NOT NULL,
      PRIMARY KEY (cluster, id)
    ) STRICT;
    """
}
