import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Files of ours that are read and written as a whole: a reader sees the old or the new one.
enum WholeFile {
  /// All of the file at `path`; nil when it cannot be read.
  static func read(_ path: FilePath) -> [UInt8]? {
    guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else {
      return nil
    }
    defer { try? file.close() }
    guard let size = try? file.seek(offset: 0, from: .end), size < 8 << 30 else { return nil }
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, filled in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      while count < raw.count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: raw[count...])
        guard let read = try? file.read(fromAbsoluteOffset: Int64(count), into: rest), read > 0
        else { break }
        count += read
      }
      filled = count
    }
    return bytes
  }

  /// Writes by temporary file, fsync and rename; makes the folders that lack.
  static func replace(_ path: FilePath, with bytes: [UInt8]) throws {
    try makeFolders(path.removingLastComponent())
    let temporary = FilePath("\(path.string).\(getpid()).\(UInt32.random(in: 0 ... .max))")
    let file = try FileDescriptor.open(
      temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
      permissions: .ownerReadWrite)
    do {
      try file.closeAfter {
        try file.writeAll(bytes)
        if fsync(file.rawValue) != 0 { throw Errno(rawValue: errno) }
      }
      guard rename(temporary.string, path.string) == 0 else { throw Errno(rawValue: errno) }
    } catch {
      unlink(temporary.string)
      throw error
    }
  }

  private static func makeFolders(_ path: FilePath) throws {
    guard !path.isEmpty, mkdir(path.string, 0o700) != 0, errno != EEXIST else { return }
    guard errno == ENOENT, path.lastComponent != nil else { throw Errno(rawValue: errno) }
    try makeFolders(path.removingLastComponent())
    guard mkdir(path.string, 0o700) == 0 || errno == EEXIST else { throw Errno(rawValue: errno) }
  }
}
