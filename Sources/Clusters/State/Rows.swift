import GRDB

/// A value in the database that this program cannot have written.
struct UnreadableValue: Error {
  var column: String
  var text: String
}

extension Row {
  func parse<Value>(_ column: String, _ read: (String) -> Value?) throws -> Value {
    let text: String = self[column]
    guard let value = read(text) else { throw UnreadableValue(column: column, text: text) }
    return value
  }

  func parseIfPresent<Value>(_ column: String, _ read: (String) -> Value?) throws -> Value? {
    guard let text: String = self[column] else { return nil }
    guard let value = read(text) else { throw UnreadableValue(column: column, text: text) }
    return value
  }
}

extension ClusterRecord {
  init(row: Row) throws {
    self.init(
      name: row["name"], incarnation: row["incarnation"],
      state: try row.parse("state", ClusterState.init(rawValue:)), infra: row["infra"],
      numNodes: row["num_nodes"], launchedAt: try row.parse("launched_at", Timestamp.init),
      lastUse: try row.parse("last_use", Timestamp.init), workdir: row["workdir"],
      task: row["task"])
  }

  /// Writes every column but `next_job_id`.
  func write(_ database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO cluster
          (name, incarnation, state, infra, num_nodes, launched_at, last_use, workdir, task)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET
          incarnation = excluded.incarnation, state = excluded.state, infra = excluded.infra,
          num_nodes = excluded.num_nodes, launched_at = excluded.launched_at,
          last_use = excluded.last_use, workdir = excluded.workdir, task = excluded.task
        """,
      arguments: [
        name, incarnation, state.rawValue, infra, numNodes, launchedAt.description,
        lastUse.description, workdir, task,
      ])
  }
}

extension NodeRecord {
  init(row: Row) throws {
    self.init(
      rank: row["rank"], alias: row["alias"], hostname: row["hostname"], port: row["port"],
      user: row["user"], internalIP: row["internal_ip"], homeOf: row["home_of"])
  }

  func write(_ database: Database, cluster: String) throws {
    try database.execute(
      sql: "INSERT INTO node VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      arguments: [cluster, rank, alias, hostname, port, user, internalIP, homeOf])
  }
}

extension JobRecord {
  init(row: Row) throws {
    self.init(
      cluster: row["cluster"], id: row["id"], name: row["name"],
      state: try row.parse("state", JobState.init(rawValue:)),
      submittedAt: try row.parse("submitted_at", Timestamp.init),
      startedAt: try row.parseIfPresent("started_at", Timestamp.init),
      endedAt: try row.parseIfPresent("ended_at", Timestamp.init),
      exitCodes: try row.parse("exit_codes", JobRecord.readExitCodes), logPath: row["log_path"])
  }

  func write(_ database: Database) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        cluster, id, name, state.rawValue, submittedAt.description, startedAt?.description,
        endedAt?.description, exitCodesText, logPath,
      ])
  }

  /// By rank, separated by spaces; `-` for a node whose command has not ended.
  private var exitCodesText: String {
    exitCodes.map { $0.map(String.init) ?? "-" }.joined(separator: " ")
  }

  private static func readExitCodes(_ text: String) -> [Int32?]? {
    var codes: [Int32?] = []
    for word in text.split(separator: " ") {
      let code = Int32(word)
      guard word == "-" || code != nil else { return nil }
      codes.append(code)
    }
    return codes
  }
}
