import SkySync
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Everything below `root`, ignoring nothing: a plain walk, so that tests of transfers need no other scanner.
public func walkedTree(_ root: FilePath) -> FileTree {
  var entries: [FileEntry] = []
  walk(Array(root.string.utf8), [], &entries)
  entries.sort { $0.path.lexicographicallyPrecedes($1.path) }
  return FileTree(entries: entries)
}

private func walk(_ root: [UInt8], _ folder: [UInt8], _ entries: inout [FileEntry]) {
  let path = folder.isEmpty ? root : root + [UInt8(ascii: "/")] + folder
  guard let stream = withCString(path, { opendir($0) }) else { return }
  defer { closedir(stream) }
  while let item = readdir(stream) {
    let name = nameOf(item)
    if name == Array(".".utf8) || name == Array("..".utf8) { continue }
    let relative = folder.isEmpty ? name : folder + [UInt8(ascii: "/")] + name
    guard let entry = entry(root, relative) else { continue }
    entries.append(entry)
    if entry.kind == .folder { walk(root, relative, &entries) }
  }
}

private func nameOf(_ item: UnsafeMutablePointer<dirent>) -> [UInt8] {
  withUnsafeBytes(of: &item.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
}

/// What lstat says about `relative` below `root`; nil for what is neither file, folder nor link.
public func entry(_ root: [UInt8], _ relative: [UInt8]) -> FileEntry? {
  let path = root + [UInt8(ascii: "/")] + relative
  var status = stat()
  guard withCString(path, { lstat($0, &status) }) == 0 else { return nil }
  let mtime = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
  let ctime = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
  let identity = FileEntry.Identity(
    device: UInt64(status.st_dev), inode: UInt64(status.st_ino), links: UInt32(status.st_nlink),
    ctime: ctime)
  let mode = UInt16(status.st_mode & 0o7777)
  switch status.st_mode & S_IFMT {
  case S_IFREG:
    return FileEntry(
      path: relative, kind: .file, mode: mode, size: Int64(status.st_size), mtime: mtime,
      identity: identity)
  case S_IFDIR:
    return FileEntry(
      path: relative, kind: .folder, mode: mode, size: 0, mtime: mtime, identity: identity)
  case S_IFLNK:
    var target = [UInt8](repeating: 0, count: 4096)
    let count = withCString(path) { path in
      target.withUnsafeMutableBufferPointer { buffer in
        buffer.withMemoryRebound(to: CChar.self) {
          readlink(path, $0.baseAddress.unsafelyUnwrapped, $0.count)
        }
      }
    }
    return FileEntry(
      path: relative, kind: .link, mode: 0o777, size: Int64(count), mtime: mtime,
      linkTarget: Array(target.prefix(max(0, count))), identity: identity)
  default: return nil
  }
}

/// Calls `body` with `bytes` as a C string: names need not be UTF-8.
public func withCString<Result>(
  _ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Result
) -> Result {
  (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
    // The buffer ends with the zero added above, so it has a base address.
    body(buffer.baseAddress.unsafelyUnwrapped)
  }
}
