import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The calls that change something. Each asks the bound `FaultScript`, if any, before it happens.
extension FileSystem {
  private static func check(_ call: FileCall) throws(Errno) {
    guard let script = FaultScript.current else { return }
    if case .fail(let error) = script.verdict(call) { throw error }
  }

  private static func attempt(_ call: FileCall, _ body: () -> Int32) throws(Errno) {
    try check(call)
    while body() != 0 {
      if errno != EINTR { throw Errno(rawValue: errno) }
    }
  }

  /// Makes a new file that nobody else can read; fails with EEXIST when something is there.
  package static func create(_ path: FilePath) throws(Errno) -> Int32 {
    try check(.open)
    while true {
      let descriptor = path.withPlatformString {
        open($0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
      }
      if descriptor >= 0 { return descriptor }
      if errno != EINTR { throw Errno(rawValue: errno) }
    }
  }

  package static func write(_ bytes: [UInt8], to descriptor: Int32) throws(Errno) {
    var limit = bytes.count
    var torn = false
    if let script = FaultScript.current {
      switch script.verdict(.write) {
      case .proceed, .die: break
      case .fail(let error): throw error
      case .tear(let count):
        limit = min(limit, count)
        torn = true
      }
    }
    var done = 0
    while done < limit {
      let wrote = bytes.withUnsafeBytes {
        writeSome(descriptor, UnsafeRawBufferPointer(rebasing: $0[done..<limit]))
      }
      if wrote >= 0 { done += wrote } else if errno != EINTR { throw Errno(rawValue: errno) }
    }
    if torn { throw .canceled }
  }

  package static func sync(_ descriptor: Int32) throws(Errno) {
    // A script plays the end of a process, not of the machine: what was written stays without it.
    try attempt(.sync) { FaultScript.current == nil ? fsync(descriptor) : 0 }
  }

  /// Makes a rename in `folder` last through a power cut. Folders that cannot be synced are left.
  package static func syncFolder(_ folder: FilePath) throws(Errno) {
    let descriptor = folder.withPlatformString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    defer { close(descriptor) }
    do {
      try sync(descriptor)
    } catch  where error == .invalidArgument || error == .notSupported {
      // Some network file systems have no fsync for folders.
    }
  }

  package static func setMode(_ mode: UInt16, of descriptor: Int32) throws(Errno) {
    try attempt(.chmod) { fchmod(descriptor, mode_t(mode)) }
  }

  package static func setMode(_ mode: UInt16, of path: FilePath) throws(Errno) {
    try attempt(.chmod) { path.withPlatformString { chmod($0, mode_t(mode)) } }
  }

  package static func setOwner(
    _ owner: UInt32, group: UInt32, of descriptor: Int32
  ) throws(Errno) {
    try attempt(.chown) { fchown(descriptor, owner, group) }
  }

  package static func rename(_ old: FilePath, to new: FilePath) throws(Errno) {
    try attempt(.rename) {
      old.withPlatformString { old in new.withPlatformString { renamePath(old, $0) } }
    }
  }

  /// A second name for a file.
  package static func link(_ old: FilePath, to new: FilePath) throws(Errno) {
    try attempt(.link) {
      old.withPlatformString { old in new.withPlatformString { linkPath(old, $0) } }
    }
  }

  /// Says whether there was something to remove.
  @discardableResult
  package static func unlink(_ path: FilePath) throws(Errno) -> Bool {
    do {
      try attempt(.unlink) { path.withPlatformString { unlinkPath($0) } }
      return true
    } catch  where error == .noSuchFileOrDirectory {
      return false
    }
  }

  /// Says whether it was made: false when a folder is already there.
  @discardableResult
  package static func makeFolder(_ path: FilePath, mode: UInt16 = 0o700) throws(Errno) -> Bool {
    do {
      try attempt(.makeFolder) { path.withPlatformString { mkdir($0, mode_t(mode)) } }
    } catch  where error == .fileExists {
      return false
    }
    // mkdir(2) takes the umask off.
    try setMode(mode, of: path)
    return true
  }

  /// Says whether it is gone: false when it is not empty.
  @discardableResult
  package static func removeFolder(_ path: FilePath) throws(Errno) -> Bool {
    do {
      try attempt(.removeFolder) { path.withPlatformString { rmdir($0) } }
      return true
    } catch  where error == .directoryNotEmpty || error == .fileExists {
      return false
    }
  }
}

// The C functions under names that the methods above do not hide.
private func writeSome(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
private func renamePath(_ old: UnsafePointer<CChar>, _ new: UnsafePointer<CChar>) -> Int32 {
  rename(old, new)
}
private func linkPath(_ old: UnsafePointer<CChar>, _ new: UnsafePointer<CChar>) -> Int32 {
  link(old, new)
}
private func unlinkPath(_ path: UnsafePointer<CChar>) -> Int32 { unlink(path) }
