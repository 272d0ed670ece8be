import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file held by flock(2): one holder at a time, on this machine, until `deinit` or the process's end.
///
/// Children do not inherit it, so a node's sshd that outlives `sky` holds nothing.
final class FileLock: Sendable {
  private let descriptor: FileDescriptor

  private init(_ descriptor: FileDescriptor) {
    self.descriptor = descriptor
  }

  deinit {
    // Closing the only descriptor of this open file gives the lock up.
    try? descriptor.close()
  }

  /// Takes the lock, or returns nil at once when somebody else holds it. The file is never deleted.
  static func take(_ path: FilePath) throws(Errno) -> FileLock? {
    let descriptor: FileDescriptor
    do {
      descriptor = try FileDescriptor.open(
        path, .readWrite, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
    } catch {
      throw error as? Errno ?? .ioError
    }
    let lock = FileLock(descriptor)
    while flock(descriptor.rawValue, LOCK_EX | LOCK_NB) != 0 {
      let error = Errno(rawValue: errno)
      if error == .interrupted { continue }
      if error == .wouldBlock { return nil }
      throw error
    }
    return lock
  }

  /// Notes who holds the lock, for the words that others print. Failing to is no error.
  func sign(_ words: String) {
    try? descriptor.resize(to: 0)
    _ = try? descriptor.writeAll(toAbsoluteOffset: 0, words.utf8)
  }
}
