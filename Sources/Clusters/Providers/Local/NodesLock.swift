import HostBook
import SystemPackage

/// Keeps two `sky` from bringing the same cluster's nodes up and down at once, also for callers that
/// do not hold the `ClusterLock`.
enum NodesLock {
  /// Waits for the lock as long as another holds it; it is held until the value is gone.
  static func take(_ cluster: String, in home: SkyHome) async throws(ProviderError) -> FileLock {
    try LocalFiles.makeFolder(home.locks, mode: 0o700)
    let path = home.locks.appending("nodes-\(cluster)")
    while true {
      do throws(Errno) {
        if let lock = try FileLock.take(path) { return lock }
      } catch {
        throw ProviderError(.cannotWrite, path.string, "cannot lock: \(error)")
      }
      do { try await pause(.milliseconds(50)) } catch { throw .cancelled(cluster) }
    }
  }
}
