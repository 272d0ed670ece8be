import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An exclusive flock(2) on a file, held until it goes out of scope or the process ends.
///
/// The file stays: removing it would let two holders in. Not re-entrant: a second lock on the same
/// file in the same process waits for the first.
package struct FileLock: ~Copyable {
  private let descriptor: Int32

  /// Waits for the lock; throws `.timedOut` after `patience`.
  package init(_ path: FilePath, patience: Duration = .seconds(60)) throws(Errno) {
    let descriptor = path.withPlatformString {
      open($0, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    }
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    // So that a `sudo sky` does not lock its user out.
    try? Ownership.adopt(path)
    let deadline = ContinuousClock.now + patience
    var pause: UInt32 = 1000
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let error = Errno(rawValue: errno)
      guard error == .wouldBlock || error == .interrupted else {
        close(descriptor)
        throw error
      }
      guard ContinuousClock.now < deadline else {
        close(descriptor)
        throw .timedOut
      }
      // flock(2) knows no deadline.
      usleep(pause)
      pause = min(pause * 2, 20000)
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
