import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Replaces a file whole: readers see the old content or the new, also after a crash or a full disk.
///
/// Temp file in the same folder (a dot name, so that no `Include *` reads it), mode and owner before
/// content, fsync, rename onto the end of the link chain, fsync of the folder.
package enum AtomicFile {
  /// What stood at a path when it was read, to be compared before the rename.
  package struct Snapshot: Equatable, Sendable {
    /// The end of the link chain.
    package var target: FilePath
    package var status: FileStatus?
    /// nil when there was no file.
    package var content: [UInt8]?
  }

  package static func snapshot(_ path: FilePath) throws(Errno) -> Snapshot {
    let target = try LinkChain.target(of: path)
    let status = try FileSystem.status(target)
    return Snapshot(target: target, status: status, content: try FileSystem.read(target))
  }

  /// Writes `content` where `before` was read.
  ///
  /// The mode is `mode` when given, else that of the old file, else 0600. As root the owner stays that
  /// of the old file, or becomes that of the folder, so that `sudo` leaves nothing of root's in a home.
  /// Returns false, and changes nothing, when the file is no longer what `before` says.
  /// `inspect` sees the finished temp file before the rename and may refuse it.
  package static func replace(
    _ before: Snapshot, with content: [UInt8], mode: UInt16? = nil,
    inspect: (FilePath) throws(BookError) -> Void = { _ throws(BookError) in }
  ) throws(BookError) -> Bool {
    let folder = before.target.removingLastComponent()
    let temp = temporaryName(for: before.target)
    do throws(Errno) {
      try writeNew(temp, content, mode: mode ?? before.status?.mode ?? 0o600, before: before)
    } catch {
      discard(temp)
      throw BookError.cannotWrite(before.target, error)
    }
    do throws(BookError) {
      try inspect(temp)
    } catch {
      discard(temp)
      throw error
    }
    do throws(Errno) {
      guard try isUnchanged(before) else {
        discard(temp)
        return false
      }
      try FileSystem.rename(temp, to: before.target)
    } catch {
      discard(temp)
      throw BookError.cannotWrite(before.target, error)
    }
    // The new content is in place: a folder that cannot be synced is no reason to say it is not.
    try? FileSystem.syncFolder(folder)
    return true
  }

  /// Takes away temp files that a killed writer left beside `path`. Call it under the lock.
  package static func sweep(_ path: FilePath) {
    guard let target = try? LinkChain.target(of: path), let prefix = temporaryPrefix(target),
      let names = try? FileSystem.list(target.removingLastComponent())
    else { return }
    for name in names where name.string.hasPrefix(prefix) && name.string.hasSuffix(".tmp") {
      discard(target.removingLastComponent().appending(name))
    }
  }

  private static func isUnchanged(_ before: Snapshot) throws(Errno) -> Bool {
    let now = try FileSystem.status(before.target)
    if now == before.status { return true }
    // Another mtime or inode is no harm as long as the bytes are those that were read.
    return try FileSystem.read(before.target) == before.content
  }

  private static func writeNew(
    _ temp: FilePath, _ content: [UInt8], mode: UInt16, before: Snapshot
  ) throws(Errno) {
    let descriptor = try FileSystem.create(temp)
    defer { close(descriptor) }
    if let owner = try wantedOwner(before) {
      try FileSystem.setOwner(owner.user, group: owner.group, of: descriptor)
    }
    try FileSystem.setMode(mode, of: descriptor)
    try FileSystem.write(content, to: descriptor)
    try FileSystem.sync(descriptor)
  }

  /// nil when a file that this process makes has the right owner already.
  private static func wantedOwner(
    _ before: Snapshot
  ) throws(Errno) -> (user: UInt32, group: UInt32)? {
    guard geteuid() == 0 else { return nil }
    let model =
      if let status = before.status { status } else {
        try FileSystem.status(before.target.removingLastComponent())
      }
    guard let model, model.owner != 0 || model.group != getegid() else { return nil }
    return (model.owner, model.group)
  }

  private static func temporaryPrefix(_ target: FilePath) -> String? {
    target.lastComponent.map { ".\($0.string).sky-" }
  }

  private static func temporaryName(for target: FilePath) -> FilePath {
    let random = String(UInt64.random(in: 0..<(1 << 40)), radix: 36)
    let name = (temporaryPrefix(target) ?? ".sky-") + random + ".tmp"
    return target.removingLastComponent().appending(name)
  }

  private static func discard(_ temp: FilePath) {
    _ = try? FileSystem.unlink(temp)
  }
}
