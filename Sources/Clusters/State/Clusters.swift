import GRDB
import HostBook

extension StateStore {
  /// All clusters by name.
  public func clusters() async throws(StateError) -> [ClusterRecord] {
    try await read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM cluster ORDER BY name")
        .map(ClusterRecord.init(row:))
    }
  }

  /// The cluster of this name, nil when there is none.
  public func cluster(_ name: String) async throws(StateError) -> ClusterRecord? {
    try await read { database in try Self.find(name, database) }
  }

  /// The cluster of this name; throws `noSuchCluster` with "did you mean" when there is none.
  public func existingCluster(_ name: String) async throws(StateError) -> ClusterRecord {
    try await read { database in try Self.get(name, database) }
  }

  /// Adds the cluster or replaces what was known of it; nodes and jobs stay.
  public func save(_ cluster: ClusterRecord) async throws(StateError) {
    try await write { database in try cluster.write(database) }
  }

  /// Adds or replaces the cluster and all its nodes.
  public func save(_ cluster: ClusterRecord, nodes: [NodeRecord]) async throws(StateError) {
    try await write { database in
      try cluster.write(database)
      try database.execute(sql: "DELETE FROM node WHERE cluster = ?", arguments: [cluster.name])
      for node in nodes { try node.write(database, cluster: cluster.name) }
    }
  }

  /// Reads, changes and writes one cluster without anybody in between; returns it as written.
  ///
  /// `change` must leave the name alone. Throws `noSuchCluster` when there is none.
  @discardableResult
  public func updateCluster(
    _ name: String, _ change: @escaping @Sendable (inout ClusterRecord) -> Void
  ) async throws(StateError) -> ClusterRecord {
    try await write { database in
      var cluster = try Self.get(name, database)
      change(&cluster)
      cluster.name = name
      try cluster.write(database)
      return cluster
    }
  }

  /// Forgets the cluster with its nodes and jobs; a name that is not there is no error.
  public func removeCluster(_ name: String) async throws(StateError) {
    try await write { database in
      try database.execute(sql: "DELETE FROM cluster WHERE name = ?", arguments: [name])
    }
  }

  /// The nodes of one cluster by rank, none when it is unknown.
  public func nodes(of cluster: String) async throws(StateError) -> [NodeRecord] {
    try await read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM node WHERE cluster = ? ORDER BY rank", arguments: [cluster]
      ).map(NodeRecord.init(row:))
    }
  }

  static func find(_ name: String, _ database: Database) throws -> ClusterRecord? {
    try Row.fetchOne(database, sql: "SELECT * FROM cluster WHERE name = ?", arguments: [name])
      .map(ClusterRecord.init(row:))
  }

  static func get(_ name: String, _ database: Database) throws -> ClusterRecord {
    if let cluster = try find(name, database) { return cluster }
    let names = try String.fetchAll(database, sql: "SELECT name FROM cluster ORDER BY name")
    let near = Suggestion.nearest(to: name, in: names)
    let reason = "no cluster has this name"
    throw StateError(
      .noSuchCluster, name, near.map { "\(reason); did you mean \($0)?" } ?? reason,
      advice: names.isEmpty
        ? "There is none yet: `sky launch -c \(name)` makes one."
        : "The clusters are: \(names.joined(separator: ", ")).")
  }
}
