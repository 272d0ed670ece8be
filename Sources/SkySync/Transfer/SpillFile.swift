#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file without a name that takes what does not fit into memory; gone with its owner.
final class SpillFile: Sendable {
  private let descriptor: CInt

  /// nil when there is no place for it.
  init?() {
    var name = Array("/tmp/sky-XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    guard descriptor >= 0 else { return nil }
    unlink(name)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  /// Where `bytes` were written, nil when there is no room.
  func append(_ bytes: [UInt8]) -> Int64? {
    let offset = lseek(descriptor, 0, SEEK_END)
    let count = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, offset) }
    return count == bytes.count ? Int64(offset) : nil
  }

  func read(_ count: Int, at offset: Int64) -> [UInt8]? {
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, pread(descriptor, buffer.baseAddress, count, off_t(offset)))
    }
    return bytes.count == count ? bytes : nil
  }
}
