import Dispatch
import GRDB
import HostBook
import SystemPackage

/// The memory of `sky` between two commands: clusters, their nodes and their jobs, in `state.db`.
///
/// Any number of tasks and of processes may use it at once. Each call is one transaction, waits up to
/// ten seconds for another process, and is done or not done even when the calling task is cancelled:
/// what a clean-up writes is written. Several calls that belong together need the `ClusterLock`.
public final class StateStore: Sendable {
  private let path: FilePath
  private let database: DatabaseQueue
  private let thread = DispatchQueue(label: "sky.state")

  private init(path: FilePath, database: DatabaseQueue) {
    self.path = path
    self.database = database
  }

  /// Opens the database of `home`, making it (mode 0600, its folder 0700) when there is none.
  ///
  /// Blocks for some milliseconds, or up to ten seconds while another sky changes the tables.
  public static func open(_ home: SkyHome) throws(StateError) -> StateStore {
    try StateFolder.make(home.root)
    try StateFolder.make(home.locks)
    let path = home.database
    // Two processes that both make the tables, or turn on the write-ahead log, would trip each other.
    let lock = try openLock(home.locks.appending("state"), for: path)
    defer { withExtendedLifetime(lock) {} }
    try StateFolder.makeFile(path)
    do {
      let database = try DatabaseQueue(path: path.string, configuration: configuration())
      try migrate(database, path)
      return StateStore(path: path, database: database)
    } catch {
      throw StateError(reading: path, error)
    }
  }

  private static func openLock(
    _ lock: FilePath, for database: FilePath
  ) throws(StateError) -> FileLock {
    do throws(Errno) {
      return try FileLock(lock, patience: .seconds(10))
    } catch {
      guard error == .timedOut else { throw StateFolder.cannotWrite(lock, "cannot lock", error) }
      throw StateError(
        .busy, database.string, "another sky has been opening it for ten seconds",
        advice: "Run the command again; `fuser \(lock)` names the process.")
    }
  }

  private static func configuration() -> Configuration {
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(10)
    configuration.label = "state"
    return configuration
  }

  private static func migrate(_ database: DatabaseQueue, _ path: FilePath) throws {
    if try database.read(Schema.migrator.hasBeenSuperseded) {
      throw StateError(
        .newer, path.string, "was written by a newer sky than this one",
        advice: "Use that one, or another SKY_HOME.")
    }
    try Schema.migrator.migrate(database)
  }

  /// Runs `body` as one transaction on a thread of its own.
  func write<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StateError) -> Value {
    let result = await withCheckedContinuation { continuation in
      thread.async { [database] in
        continuation.resume(returning: Result { try database.write(body) })
      }
    }
    return try value(result)
  }

  /// Runs `body` on one unchanging state of the database.
  func read<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StateError) -> Value {
    let result = await withCheckedContinuation { continuation in
      thread.async { [database] in
        continuation.resume(returning: Result { try database.read(body) })
      }
    }
    return try value(result)
  }

  private func value<Value>(_ result: Result<Value, any Error>) throws(StateError) -> Value {
    do {
      return try result.get()
    } catch {
      throw StateError(reading: path, error)
    }
  }
}
