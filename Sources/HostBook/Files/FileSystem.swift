import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What lstat(2) or stat(2) says of a path, as far as we look at it.
package struct FileStatus: Equatable, Sendable {
  package enum Kind: Sendable { case file, folder, link, socket, other }

  package var kind: Kind
  /// Permission bits only.
  package var mode: UInt16
  package var owner: UInt32
  package var group: UInt32
  package var size: Int64
  package var device: UInt64
  package var inode: UInt64
  package var modifiedNanoseconds: Int64

  init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      case S_IFSOCK: .socket
      default: .other
      }
    mode = UInt16(status.st_mode & 0o7777)
    owner = status.st_uid
    group = status.st_gid
    size = Int64(status.st_size)
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    #if canImport(Glibc)
      let time = status.st_mtim
    #else
      let time = status.st_mtimespec
    #endif
    modifiedNanoseconds = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// The few calls on files that this module makes: typed errors, EINTR retried, faults injectable.
package enum FileSystem {
  /// nil when there is nothing at `path` (ENOENT, ENOTDIR).
  package static func status(
    _ path: FilePath, followLinks: Bool = true
  ) throws(Errno) -> FileStatus? {
    var status = stat()
    let result = path.withPlatformString { followLinks ? stat($0, &status) : lstat($0, &status) }
    if result == 0 { return FileStatus(status) }
    let error = Errno(rawValue: errno)
    if error == .noSuchFileOrDirectory || error == .notDirectory { return nil }
    throw error
  }

  /// The whole content, nil when there is no such file.
  package static func read(_ path: FilePath) throws(Errno) -> [UInt8]? {
    let descriptor = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else {
      let error = Errno(rawValue: errno)
      if error == .noSuchFileOrDirectory || error == .notDirectory { return nil }
      throw error
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Errno(rawValue: errno) }
    var bytes: [UInt8] = []
    var room = max(4096, Int(status.st_size) + 1)
    while true {
      let part = try readSome(descriptor, upTo: room)
      if part.isEmpty { return bytes }
      if bytes.isEmpty { bytes = part } else { bytes += part }
      room = 65536
    }
  }

  private static func readSome(_ descriptor: Int32, upTo count: Int) throws(Errno) -> [UInt8] {
    while true {
      var failure: Int32 = 0
      let part = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        // A non-empty array's buffer always has a base address.
        let got = buffer.baseAddress.map { readBytes(descriptor, $0, count) } ?? 0
        if got < 0 { failure = errno }
        initialized = max(0, got)
      }
      if failure == 0 { return part }
      if failure != EINTR { throw Errno(rawValue: failure) }
    }
  }

  /// The text of a symbolic link.
  package static func readLink(_ path: FilePath) throws(Errno) -> FilePath {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = path.withPlatformString { readlink($0, &buffer, Int(PATH_MAX)) }
    guard count >= 0 else { throw Errno(rawValue: errno) }
    buffer[count] = 0
    return FilePath(platformString: buffer)
  }

  /// Whether this process may write at `path`, as access(2) sees it: also false on a read-only mount.
  package static func isWritable(_ path: FilePath) -> Bool {
    path.withPlatformString { access($0, W_OK) } == 0
  }

  /// Names in a folder without `.` and `..`, sorted by bytes; empty when there is no such folder.
  package static func list(_ path: FilePath) throws(Errno) -> [FilePath.Component] {
    guard let folder = path.withPlatformString({ opendir($0) }) else {
      let error = Errno(rawValue: errno)
      if error == .noSuchFileOrDirectory { return [] }
      throw error
    }
    defer { closedir(folder) }
    var names: [FilePath.Component] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { FilePath(platformString: $0) }
      }
      if let component = name.lastComponent, component.kind == .regular { names.append(component) }
    }
    return names.sorted { $0.string.utf8.lexicographicallyPrecedes($1.string.utf8) }
  }
}

// `read` is also the name of a method above, so the C function gets a name of its own.
private func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutablePointer<UInt8>, _ count: Int)
  -> Int
{
  read(descriptor, buffer, count)
}
