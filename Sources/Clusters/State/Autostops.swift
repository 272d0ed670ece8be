import GRDB

/// That nodes end themselves when they have been idle.
public struct AutostopRecord: Equatable, Sendable {
  public var idleMinutes: Int
  /// When it was set.
  public var since: Timestamp

  public init(idleMinutes: Int, since: Timestamp) {
    self.idleMinutes = idleMinutes
    self.since = since
  }
}

extension StateStore {
  /// nil for nodes that run until they are stopped.
  public func autostop(of cluster: String) async throws(StateError) -> AutostopRecord? {
    try await read { database in
      try Row.fetchOne(
        database, sql: "SELECT * FROM autostop WHERE cluster = ?", arguments: [cluster]
      ).map { row in
        AutostopRecord(
          idleMinutes: row["idle_minutes"], since: try row.parse("since", Timestamp.init))
      }
    }
  }

  /// - Parameter autostop: nil forgets it.
  public func save(
    _ autostop: AutostopRecord?, of cluster: String
  ) async throws(StateError) {
    try await write { database in
      try database.execute(sql: "DELETE FROM autostop WHERE cluster = ?", arguments: [cluster])
      guard let autostop else { return }
      try database.execute(
        sql: "INSERT INTO autostop VALUES (?, ?, ?)",
        arguments: [cluster, autostop.idleMinutes, autostop.since.description])
    }
  }
}
