#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file without a name that takes what does not fit into memory; gone with its owner.
final class SpillFile: Sendable {
  private let descriptor: CInt

  /// In the folder that TMPDIR names, or where that cannot be written to, in /tmp; nil when there is no place.
  convenience init?() {
    self.init(in: [getenv("TMPDIR").map { String(cString: $0) } ?? "", "/tmp"])
  }

  /// In the first of these folders that takes it.
  init?(in folders: [String]) {
    var found: CInt = -1
    for folder in folders where found < 0 && !folder.isEmpty { found = Self.create(in: folder) }
    descriptor = found
    if found < 0 { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  private static func create(in folder: String) -> CInt {
    var name = Array("\(folder)/sky-XXXXXX".utf8CString)
    let file = mkstemp(&name)
    guard file >= 0 else { return -1 }
    unlink(name)
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    return file
  }

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
