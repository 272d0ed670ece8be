import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The lock under which the database is opened and its tables are changed.
enum OpenLock {
  /// Blocks up to ten seconds.
  static func take(_ lock: FilePath, for database: FilePath) throws(StateError) -> FileLock {
    let deadline = ContinuousClock.now + .seconds(10)
    while true {
      do throws(Errno) {
        if let held = try FileLock.take(lock) { return held }
      } catch {
        throw StateFolder.cannotWrite(lock, "cannot lock", error)
      }
      guard ContinuousClock.now < deadline else {
        throw StateError(
          .busy, database.string, "another sky has been opening it for ten seconds",
          advice: "Run the command again; `fuser \(lock)` names the process.")
      }
      // flock(2) knows no deadline.
      usleep(5000)
    }
  }
}
