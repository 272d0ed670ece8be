import GRDB

/// A machine that a cluster has: what is needed to reach it again, without a look into the pool file.
struct PoolHolding: Equatable, Sendable {
  /// 0 is the head.
  var rank: Int
  /// What tells it from every other machine: `ADDRESS:PORT`, and the way there when not direct.
  var machine: String
  /// As ssh is asked for it.
  var host: String
  /// What goes before ssh's configuration; nil for nothing.
  var user: String?
  var identityFile: String?
}

extension Schema {
  /// Which machine of a pool belongs to which cluster: none is given to two.
  static func registerPools(_ migrator: inout DatabaseMigrator) {
    migrator.registerMigration("ssh pools") { database in
      try database.execute(
        sql: """
          CREATE TABLE pool_holding (
            machine TEXT NOT NULL PRIMARY KEY,
            cluster TEXT NOT NULL REFERENCES cluster(name) ON DELETE CASCADE,
            rank INTEGER NOT NULL,
            host TEXT NOT NULL,
            user TEXT,
            identity_file TEXT,
            UNIQUE (cluster, rank)
          ) STRICT;
          """)
    }
  }
}

extension StateStore {
  /// The machines of a cluster by rank.
  func poolHoldings(of cluster: String) async throws(StateError) -> [PoolHolding] {
    try await read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM pool_holding WHERE cluster = ? ORDER BY rank",
        arguments: [cluster]
      ).map(PoolHolding.init(row:))
    }
  }

  /// Which cluster has a machine, for those that one has.
  func poolHolders() async throws(StateError) -> [String: String] {
    try await read { database in
      let rows = try Row.fetchAll(database, sql: "SELECT machine, cluster FROM pool_holding")
      return Dictionary(uniqueKeysWithValues: rows.map { ($0["machine"], $0["cluster"]) })
    }
  }

  /// Gives the cluster these machines: all of them, or none when somebody has one of them, or the
  /// cluster has one of these ranks, by now.
  func hold(_ holdings: [PoolHolding], for cluster: String) async throws(StateError) -> Bool {
    try await write { database in
      for holding in holdings {
        let taken = try String.fetchOne(
          database,
          sql: "SELECT cluster FROM pool_holding WHERE machine = ? OR (cluster = ? AND rank = ?)",
          arguments: [holding.machine, cluster, holding.rank])
        if taken != nil { return false }
      }
      for holding in holdings {
        try database.execute(
          sql: "INSERT INTO pool_holding VALUES (?, ?, ?, ?, ?, ?)",
          arguments: [
            holding.machine, cluster, holding.rank, holding.host, holding.user,
            holding.identityFile,
          ])
      }
      return true
    }
  }

  /// The cluster has none of these machines any more.
  func release(_ holdings: [PoolHolding]) async throws(StateError) {
    try await write { database in
      for holding in holdings {
        try database.execute(
          sql: "DELETE FROM pool_holding WHERE machine = ?", arguments: [holding.machine])
      }
    }
  }
}

extension PoolHolding {
  fileprivate init(row: Row) {
    self.init(
      rank: row["rank"], machine: row["machine"], host: row["host"], user: row["user"],
      identityFile: row["identity_file"])
  }
}
