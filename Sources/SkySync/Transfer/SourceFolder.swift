import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The folder whose files are read: opened once, names are looked up from there.
final class SourceFolder: Sendable {
  private let descriptor: CInt
  /// The one file's own name here, when the target is one file: there it may have another name.
  private let onlyFile: [UInt8]?
  /// The folder's own mode and time; its path is empty.
  let root: FileEntry

  /// - Parameter onlyFile: every name asked for is this one's.
  init(_ path: FilePath, onlyFile: [UInt8]? = nil) throws(SyncError) {
    descriptor = path.withPlatformString {
      openat(AT_FDCWD, $0, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    self.onlyFile = onlyFile
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      let reason = String(cString: strerror(errno))
      if descriptor >= 0 { close(descriptor) }
      throw SyncError(.noSource, path.string, "cannot open the source folder: \(reason)")
    }
    root = FileEntry(path: [], status)
  }

  deinit { close(descriptor) }

  enum Opened: Sendable {
    case success(SourceFile)
    case failure(String)
  }

  /// Opens a regular file for reading; follows no link at its end and never waits for a FIFO.
  func open(_ path: [UInt8]) -> Opened {
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    let file = withName(path) { openat(descriptor, $0, flags) }
    guard file >= 0 else {
      return .failure(errno == ENOENT ? "is gone by now" : String(cString: strerror(errno)))
    }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(file)
      return .failure("is no regular file by now")
    }
    return .success(
      SourceFile(
        descriptor: file, entry: FileEntry(path: path, status),
        allocated: Int64(status.st_blocks) * 512))
  }

  /// How many bytes of its file system the file at `path` takes; holes take none.
  func allocated(_ path: [UInt8]) -> Int64 {
    var status = stat()
    let isThere = withName(path) { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) } == 0
    return isThere ? Int64(status.st_blocks) * 512 : 0
  }

  /// Whether nothing stands at `path`; what only a link on the way leads to is not in this folder.
  func lacks(_ path: [UInt8]) -> Bool {
    var status = stat()
    let isThere = withName(path) { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) } == 0
    if !isThere, errno == ENOENT || errno == ENOTDIR { return true }
    return sequence(first: path.parentPath, next: \.parentPath).prefix { !$0.isEmpty }.contains(
      where: isLink)
  }

  private func isLink(_ path: [UInt8]) -> Bool {
    var status = stat()
    return withName(path) { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) } == 0
      && status.st_mode & S_IFMT == S_IFLNK
  }

  private func withName<Result>(
    _ path: [UInt8], _ body: (UnsafePointer<CChar>) -> Result
  ) -> Result {
    let name = (onlyFile ?? path) + [0]
    return name.withUnsafeBufferPointer { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        // The buffer ends with the zero added above, so it has a base address.
        body(characters.baseAddress.unsafelyUnwrapped)
      }
    }
  }
}

/// An open file and how it was when it was opened.
struct SourceFile: Sendable {
  let descriptor: CInt
  let entry: FileEntry
  /// How many bytes of its file system it takes; less than its size when it has holes.
  let allocated: Int64

  enum Change { case none, grown, other }

  /// How it differs from what it was when it was opened.
  var change: Change {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .other }
    let now = FileEntry(path: entry.path, status)
    if now.mtime == entry.mtime, now.size == entry.size { return .none }
    return now.size > entry.size ? .grown : .other
  }

  /// How many nanoseconds to wait until a later write is sure to leave another time: the clock that stamps
  /// files has a grain of up to 10 ms, on some file systems of a second.
  var settling: Int64 {
    var clock = timespec()
    clock_gettime(CLOCK_REALTIME, &clock)
    let age = FileEntry.nanoseconds(clock) - entry.mtime
    let grain: Int64 = entry.mtime % 1_000_000_000 == 0 ? 1_000_000_000 : 20_000_000
    return age >= 0 && age < grain ? grain - age : 0
  }
}

/// The clock on the wall.
func secondsSince1970() -> Int64 {
  var clock = timespec()
  clock_gettime(CLOCK_REALTIME, &clock)
  return Int64(clock.tv_sec)
}

extension FileEntry {
  static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }

  /// What fstat said about a file or folder.
  init(path: [UInt8], _ status: stat) {
    #if canImport(Glibc)
      let (modified, changed) = (status.st_mtim, status.st_ctim)
    #else
      let (modified, changed) = (status.st_mtimespec, status.st_ctimespec)
    #endif
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    self.init(
      path: path, kind: isFolder ? .folder : .file,
      mode: UInt16(truncatingIfNeeded: status.st_mode & 0o7777),
      size: isFolder ? 0 : Int64(status.st_size), mtime: FileEntry.nanoseconds(modified),
      identity: Identity(
        device: UInt64(truncatingIfNeeded: status.st_dev),
        inode: UInt64(truncatingIfNeeded: status.st_ino),
        links: UInt32(truncatingIfNeeded: status.st_nlink),
        ctime: FileEntry.nanoseconds(changed)))
  }
}
