import HostBook
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The right to change one cluster: `locks/cluster-NAME`, held until the value is gone.
///
/// Taken by every command that changes a cluster, before it reads the cluster's state.
public final class ClusterLock: Sendable {
  public let cluster: String
  private let lock: FileLock

  private init(cluster: String, lock: consuming FileLock) {
    self.cluster = cluster
    self.lock = lock
  }

  /// Waits up to `patience` for the lock on `cluster`; throws `busy` when it is still taken then.
  ///
  /// - Parameters:
  ///   - purpose: what others read while they wait, such as `sky launch -c dev`.
  ///   - onWait: called once, with one line of words, when another sky holds the lock.
  public static func acquire(
    _ cluster: String, in home: SkyHome, purpose: String, patience: Duration = .seconds(600),
    onWait: @Sendable (String) -> Void = { _ in }
  ) async throws(StateError) -> ClusterLock {
    guard isFileName(cluster) else {
      throw StateError(.noSuchCluster, cluster, "is no name for a cluster")
    }
    try StateFolder.make(home.root)
    try StateFolder.make(home.locks)
    let path = home.locks.appending("cluster-\(cluster)")
    let deadline = ContinuousClock.now + patience
    var told = false
    while true {
      if let lock = try take(path) {
        lock.sign("process \(getpid()), \(purpose)")
        return ClusterLock(cluster: cluster, lock: lock)
      }
      guard ContinuousClock.now < deadline else { throw busy(cluster, path) }
      if !told {
        told = true
        onWait("\(cluster): another sky (\(holder(path))) works on it; waiting")
      }
      try await pause(cluster)
    }
  }

  private static func busy(_ cluster: String, _ path: FilePath) -> StateError {
    StateError(
      .busy, cluster, "another sky (\(holder(path))) works on it",
      advice: "Wait until it is done, or end that process, then run the command again.")
  }

  private static func take(_ path: FilePath) throws(StateError) -> FileLock? {
    do throws(Errno) {
      return try FileLock.take(path)
    } catch {
      throw StateFolder.cannotWrite(path, "cannot lock", error)
    }
  }

  private static func pause(_ cluster: String) async throws(StateError) {
    do {
      try await Task<Never, Never>.sleep(for: .milliseconds(50))
    } catch {
      throw StateError(.cancelled, cluster, "interrupted while waiting for another sky")
    }
  }

  /// What the holder wrote, on one line and without control characters.
  private static func holder(_ path: FilePath) -> String {
    guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else {
      return "unknown"
    }
    defer { try? file.close() }
    var bytes = [UInt8](repeating: 0, count: 200)
    let count = (try? bytes.withUnsafeMutableBytes { try file.read(into: $0) }) ?? 0
    let words = bytes.prefix(count).filter { $0 >= 0x20 && $0 != 0x7f }
    return words.isEmpty ? "unknown" : String(decoding: words, as: UTF8.self)
  }

  private static func isFileName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count < 200 && !name.contains("/") && !name.contains("\0")
  }
}
