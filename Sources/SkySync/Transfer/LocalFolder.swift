import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder here that files arrive in; all names are relative to it and looked up from there.
final class LocalFolder: Sendable {
  private let descriptor: CInt
  /// Whether it was made by opening it.
  let isNew: Bool

  /// Opens `path`; makes it and its parents when `create`. nil when it does not exist.
  init?(_ path: FilePath, create: Bool) throws(SyncError) {
    isNew = create ? try Self.make(path) : false
    descriptor = path.withPlatformString {
      openat(AT_FDCWD, $0, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw SyncError(.cannotWrite, path.string, "cannot be opened: \(Self.lastError)")
    }
  }

  deinit { close(descriptor) }

  /// Whether it had to be made.
  private static func make(_ path: FilePath) throws(SyncError) -> Bool {
    if mkdir(path.string, 0o777) == 0 { return true }
    if errno == EEXIST { return false }
    let parent = path.removingLastComponent()
    guard errno == ENOENT, path.lastComponent != nil, !parent.isEmpty else {
      throw SyncError(.cannotWrite, path.string, "cannot be made: \(lastError)")
    }
    _ = try make(parent)
    guard mkdir(path.string, 0o777) == 0 || errno == EEXIST else {
      throw SyncError(.cannotWrite, path.string, "cannot be made: \(lastError)")
    }
    return true
  }

  /// Whether names that differ in case only are one file here; tried with a file that is gone at once.
  func foldsCase() -> Bool {
    let name = [UInt8](".sky-pull.\(PushConversation.randomHex())")
    let file = create(name)
    guard file >= 0, let swapped = CaseFolding.swapped(name) else { return false }
    close(file)
    defer { _ = remove(name, isFolder: false) }
    return look(swapped) != nil
  }

  static var lastError: String { String(cString: strerror(errno)) }

  /// What stands at `path`, nil when nothing does. What is neither file, folder nor link is a file of size -1.
  func look(_ path: [UInt8]) -> FileEntry? {
    var status = stat()
    guard named(path, { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0 else {
      return nil
    }
    var entry = FileEntry(path: path, status)
    switch status.st_mode & S_IFMT {
    case S_IFREG, S_IFDIR: break
    case S_IFLNK:
      entry.kind = .link
      entry.linkTarget = target(of: path)
    default: entry.size = -1
    }
    return entry
  }

  private func target(of path: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      buffer.withMemoryRebound(to: CChar.self) { characters in
        guard let start = characters.baseAddress else { return }
        count = max(0, named(path) { readlinkat(descriptor, $0, start, characters.count) })
      }
    }
  }

  // Each returns nil, or why it could not be done.

  func makeFolder(_ path: [UInt8]) -> String? {
    done(named(path) { mkdirat(descriptor, $0, 0o700) })
  }

  func remove(_ path: [UInt8], isFolder: Bool) -> String? {
    done(named(path) { unlinkat(descriptor, $0, isFolder ? AT_REMOVEDIR : 0) })
  }

  func move(_ from: [UInt8], to: [UInt8]) -> String? {
    done(named(from) { from in named(to) { renameat(descriptor, from, descriptor, $0) } })
  }

  func hardLink(_ from: [UInt8], to: [UInt8]) -> String? {
    done(named(from) { from in named(to) { linkat(descriptor, from, descriptor, $0, 0) } })
  }

  func link(_ path: [UInt8], to target: [UInt8], mtime: Int64) -> String? {
    done(named(target) { target in named(path) { symlinkat(target, descriptor, $0) } })
      ?? setTime(path, mtime)
  }

  func setMode(_ path: [UInt8], _ mode: UInt16) -> String? {
    done(named(path) { fchmodat(descriptor, $0, mode_t(mode), 0) })
  }

  /// Sets the modification time of what stands at `path`, of a link itself.
  func setTime(_ path: [UInt8], _ mtime: Int64) -> String? {
    var rest = mtime % 1_000_000_000
    if rest < 0 { rest += 1_000_000_000 }
    let modified = timespec(tv_sec: Int((mtime - rest) / 1_000_000_000), tv_nsec: Int(rest))
    let omitted = timespec(tv_sec: 0, tv_nsec: Self.omit)
    return done(
      named(path) { utimensat(descriptor, $0, [omitted, modified], AT_SYMLINK_NOFOLLOW) })
  }

  /// Makes a new file for writing; the descriptor is the caller's.
  func create(_ path: [UInt8]) -> CInt {
    named(path) { openat(descriptor, $0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
  }

  /// The names in the folder `path`, nil when it cannot be read.
  func names(in path: [UInt8]) -> [[UInt8]]? {
    let folder = named(path.isEmpty ? [UInt8(ascii: ".")] : path) {
      openat(descriptor, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }
    guard folder >= 0 else { return nil }
    guard let stream = fdopendir(folder) else {
      close(folder)
      return nil
    }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while let item = readdir(stream) {
      let name = withUnsafeBytes(of: &item.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name != [UInt8(ascii: ".")], name != Array("..".utf8) { names.append(name) }
    }
    return names
  }

  /// All that stands below the folder `path`, sorted, but for mounted buckets; links are not followed.
  func everything(below path: [UInt8]) -> EntryList {
    var found = EntrySorter()
    let own = look(path)?.identity?.device
    var folders = [path]
    while let folder = folders.popLast() {
      for name in names(in: folder) ?? [] {
        guard let entry = look(folder.joined(name)) else { continue }
        if let device = entry.identity?.device, device != own, entry.kind == .folder,
          MountedBuckets.contains(device: device)
        {
          continue
        }
        found.append(entry)
        if entry.kind == .folder { folders.append(entry.path) }
      }
    }
    return found.finish()
  }

  /// Opens a file for reading, following no link at its end; nil when it cannot be.
  func open(_ path: [UInt8]) -> CInt? {
    let file = named(path) {
      openat(descriptor, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    }
    return file < 0 ? nil : file
  }

  /// UTIME_OMIT, which the compiler does not import everywhere.
  #if canImport(Glibc)
    private static let omit = 0x3fff_fffe
  #else
    private static let omit = -2
  #endif

  private func done(_ status: CInt) -> String? { status == 0 ? nil : Self.lastError }

  private func named<Result>(
    _ path: [UInt8], _ body: (UnsafePointer<CChar>) -> Result
  ) -> Result {
    ((path.isEmpty ? [UInt8(ascii: ".")] : path) + [0]).withUnsafeBufferPointer { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        // The buffer ends with the zero added above, so it has a base address.
        body(characters.baseAddress.unsafelyUnwrapped)
      }
    }
  }
}
