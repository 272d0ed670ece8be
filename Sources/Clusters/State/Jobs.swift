import GRDB

extension StateStore {
  /// Adds a pending job with the cluster's next number.
  ///
  /// - Parameter logPath: the folder of the logs for the number given.
  public func addJob(
    on cluster: String, name: String?, at moment: Timestamp,
    logPath: @escaping @Sendable (Int) -> String
  ) async throws(StateError) -> JobRecord {
    try await write { database in
      _ = try Self.get(cluster, database)
      let next = "UPDATE cluster SET next_job_id = next_job_id + 1 WHERE name = ?"
      try database.execute(sql: next, arguments: [cluster])
      let id = try Int.fetchOne(
        database, sql: "SELECT next_job_id - 1 FROM cluster WHERE name = ?", arguments: [cluster])
      guard let id else { throw UnreadableValue(column: "next_job_id", text: "NULL") }
      let job = JobRecord(
        cluster: cluster, id: id, name: name, state: .pending, submittedAt: moment,
        logPath: logPath(id))
      try job.write(database)
      return job
    }
  }

  /// Reads, changes and writes one job without anybody in between; returns it as written.
  ///
  /// `change` must leave cluster and number alone. Throws `noSuchJob` when there is none.
  @discardableResult
  public func updateJob(
    _ id: Int, on cluster: String, _ change: @escaping @Sendable (inout JobRecord) -> Void
  ) async throws(StateError) -> JobRecord {
    try await write { database in
      var job = try Self.getJob(id, cluster, database)
      change(&job)
      job.cluster = cluster
      job.id = id
      try job.write(database)
      return job
    }
  }

  /// The jobs of one cluster, the newest first; throws `noSuchCluster` when it is unknown.
  public func jobs(of cluster: String) async throws(StateError) -> [JobRecord] {
    try await read { database in
      _ = try Self.get(cluster, database)
      return try Row.fetchAll(
        database, sql: "SELECT * FROM job WHERE cluster = ? ORDER BY id DESC",
        arguments: [cluster]
      ).map(JobRecord.init(row:))
    }
  }

  /// One job; throws `noSuchCluster` or `noSuchJob` when there is none.
  public func existingJob(_ id: Int, on cluster: String) async throws(StateError) -> JobRecord {
    try await read { database in try Self.getJob(id, cluster, database) }
  }

  private static func getJob(
    _ id: Int, _ cluster: String, _ database: Database
  ) throws -> JobRecord {
    _ = try get(cluster, database)
    let row = try Row.fetchOne(
      database, sql: "SELECT * FROM job WHERE cluster = ? AND id = ?", arguments: [cluster, id])
    if let row { return try JobRecord(row: row) }
    throw StateError(
      .noSuchJob, cluster, "has no job \(id)", advice: "`sky queue \(cluster)` lists its jobs.")
  }
}
