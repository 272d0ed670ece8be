import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// fstatat(2) of a NUL-terminated name, links not followed.
func statusOf(_ name: UnsafeBufferPointer<CChar>, in folder: Int32) throws(Errno) -> stat {
  var status = stat()
  guard let base = name.baseAddress else { throw .invalidArgument }
  _ = try retrying { fstatat(folder, base, &status, AT_SYMLINK_NOFOLLOW) }
  return status
}

/// readlinkat(2), whatever the target's length.
func readLink(
  _ name: UnsafeBufferPointer<CChar>, in folder: Int32, _ status: stat
) throws(Errno) -> [UInt8] {
  guard let base = name.baseAddress else { throw .invalidArgument }
  // Some file systems (/proc) give no length.
  var capacity = Int(status.st_size) + 1
  while true {
    var buffer = [CChar](repeating: 0, count: capacity)
    let count = try retrying { readlinkat(folder, base, &buffer, capacity) }
    if count < capacity { return buffer[..<count].map { UInt8(bitPattern: $0) } }
    capacity = max(256, capacity * 2)
  }
}

extension FileEntry.Kind {
  /// nil for what is no file, folder or link.
  init?(_ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = .folder
    case S_IFLNK: self = .link
    default: return nil
    }
  }
}

extension FolderListing.Record {
  /// Without a name.
  init(_ status: stat, kind: FileEntry.Kind) {
    self.kind = kind
    mode = kind == .link ? 0o777 : UInt16(status.st_mode & 0o7777)
    size = kind == .folder ? 0 : Int64(status.st_size)
    #if canImport(Glibc)
      mtime = nanoseconds(status.st_mtim)
      ctime = nanoseconds(status.st_ctim)
    #else
      mtime = nanoseconds(status.st_mtimespec)
      ctime = nanoseconds(status.st_ctimespec)
    #endif
    inode = UInt64(status.st_ino)
    links = UInt32(truncatingIfNeeded: status.st_nlink)
  }
}

/// Since 1970; wraps for years outside of 1678 to 2262.
private func nanoseconds(_ time: timespec) -> Int64 {
  Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}
