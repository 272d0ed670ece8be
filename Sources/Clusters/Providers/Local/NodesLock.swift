import HostBook
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Keeps two `sky` from bringing the same cluster up and down at once: flock(2) on a file of `locks`.
///
/// The kernel gives it back when its process ends, however it ends.
struct NodesLock: ~Copyable {
  private let descriptor: Int32

  /// Waits for the lock as long as another holds it.
  static func take(_ cluster: String, in home: SkyHome) async throws(ProviderError) -> NodesLock {
    try LocalFiles.makeFolder(home.locks, mode: 0o700)
    let path = home.locks.appending("nodes-\(cluster)")
    let descriptor = open(path.string, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw LocalFiles.cannotWrite(path, "cannot open the lock") }
    let lock = NodesLock(descriptor: descriptor)
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw LocalFiles.cannotWrite(path, "cannot take the lock")
      }
      do { try await pause(.milliseconds(50)) } catch { throw .cancelled(cluster) }
    }
    return lock
  }

  deinit { close(descriptor) }
}
