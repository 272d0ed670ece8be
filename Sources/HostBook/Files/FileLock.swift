import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An exclusive flock(2) on a file, held until it goes out of scope or the process ends; children do not
/// inherit it.
///
/// The file stays: removing it would let two holders in. Not re-entrant: a second lock on the same
/// file in the same process waits for the first.
package struct FileLock: ~Copyable, Sendable {
  private let descriptor: Int32

  /// Waits for the lock, blocking its thread; throws `.timedOut` after `patience`.
  package init(_ path: FilePath, patience: Duration = .seconds(60)) throws(Errno) {
    let deadline = ContinuousClock.now + patience
    var pause: UInt32 = 1000
    while true {
      if let lock = try Self.take(path) {
        self = lock
        return
      }
      guard ContinuousClock.now < deadline else { throw .timedOut }
      // flock(2) knows no deadline.
      usleep(pause)
      pause = min(pause * 2, 20000)
    }
  }

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Takes the lock, or returns nil at once when somebody else holds it.
  package static func take(_ path: FilePath) throws(Errno) -> FileLock? {
    let descriptor = path.withPlatformString {
      open($0, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    }
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    let lock = FileLock(descriptor: descriptor)
    // So that a `sudo sky` does not lock its user out.
    try? Ownership.adopt(path)
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let error = Errno(rawValue: errno)
      if error == .interrupted { continue }
      if error == .wouldBlock { return nil }
      throw error
    }
    return lock
  }

  /// Notes who holds the lock, for the words that others print. Failing to is no error.
  package func sign(_ words: String) {
    let file = FileDescriptor(rawValue: descriptor)
    try? file.resize(to: 0)
    _ = try? file.writeAll(toAbsoluteOffset: 0, words.utf8)
  }
}
