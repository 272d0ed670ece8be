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

  /// Reads a file from its beginning, some bytes at a time; nil once it is too short or cannot be read.
  final class Reader {
    private let file: FileDescriptor

    init?(_ path: FilePath) {
      guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else {
        return nil
      }
      self.file = file
    }

    deinit { try? file.close() }

    func bytes(_ count: Int) -> [UInt8]? {
      let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        let raw = UnsafeMutableRawBufferPointer(buffer)
        while filled < count,
          let read = try? file.read(into: UnsafeMutableRawBufferPointer(rebasing: raw[filled...])),
          read > 0
        {
          filled += read
        }
      }
      return bytes.count == count ? bytes : nil
    }

    func number() -> Int64? {
      bytes(8)?.withUnsafeBytes { Int64(littleEndian: $0.loadUnaligned(as: Int64.self)) }
    }

    /// Behind its length.
    func text() -> [UInt8]? {
      guard let count = number(), count >= 0, count < 1 << 20 else { return nil }
      return bytes(Int(count))
    }
  }

  /// Writes by temporary file, fsync and rename; makes the folders that lack.
  static func replace(_ path: FilePath, with bytes: [UInt8]) throws {
    try replace(path) { write in try write(bytes) }
  }

  /// The same, with the bytes that `body` hands over one after the other.
  static func replace(
    _ path: FilePath, _ body: (_ write: ([UInt8]) throws -> Void) throws -> Void
  ) throws {
    try makeFolders(path.removingLastComponent())
    let temporary = FilePath("\(path.string).\(getpid()).\(UInt32.random(in: 0 ... .max))")
    let file = try FileDescriptor.open(
      temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
      permissions: .ownerReadWrite)
    do {
      try file.closeAfter {
        try body { try file.writeAll($0) }
        if fsync(file.rawValue) != 0 { throw Errno(rawValue: errno) }
      }
      guard rename(temporary.string, path.string) == 0 else { throw Errno(rawValue: errno) }
    } catch {
      unlink(temporary.string)
      throw error
    }
  }

  /// Makes the folder at `path` and those it is in.
  static func makeFolders(_ path: FilePath) throws {
    guard !path.isEmpty, mkdir(path.string, 0o700) != 0, errno != EEXIST else { return }
    guard errno == ENOENT, path.lastComponent != nil else { throw Errno(rawValue: errno) }
    try makeFolders(path.removingLastComponent())
    guard mkdir(path.string, 0o700) == 0 || errno == EEXIST else { throw Errno(rawValue: errno) }
  }
}
