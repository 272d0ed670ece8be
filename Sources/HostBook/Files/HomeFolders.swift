import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Makes the folders that the book needs, private to the user.
enum HomeFolders {
  static func prepare(_ home: SkyHome) throws(BookError) {
    try checkRoot(home)
    for folder in [home.root, home.locks, home.backups, SocketPath.folder(home)] {
      try make(folder)
    }
  }

  /// Makes `folder` and what is missing above it, each 0700; says which ones, outermost first.
  @discardableResult
  static func make(_ folder: FilePath) throws(BookError) -> [FilePath] {
    do throws(Errno) {
      if try FileSystem.status(folder) != nil { return [] }
    } catch {
      throw BookError.cannotWrite(folder, error)
    }
    let parent = folder.removingLastComponent()
    let above = parent == folder || parent.isEmpty ? [] : try make(parent)
    do throws(Errno) {
      guard try FileSystem.makeFolder(folder) else { return above }
      try Ownership.adopt(folder)
    } catch {
      throw BookError.cannotWrite(folder, error)
    }
    return above + [folder]
  }

  /// Include has no way to name some characters that all OpenSSH versions agree on.
  private static func checkRoot(_ home: SkyHome) throws(BookError) {
    try EntryCheck.path(home.root)
    guard !home.root.string.utf8.contains(where: { "%*?[$".utf8.contains($0) }) else {
      throw BookError(
        .invalid, home.root.string, "an Include line cannot name a path with % * ? [ or $",
        advice: "set SKY_HOME to a folder with a plain name")
    }
  }
}

/// Whose files we write: never root's in somebody's home, never somebody else's.
enum Ownership {
  /// Throws `.cannotWrite` for a file of another user, unless this is root, who keeps its owner.
  static func check(_ file: AtomicFile.Snapshot) throws(BookError) {
    guard let owner = file.status?.owner, owner != geteuid(), geteuid() != 0 else { return }
    throw BookError(
      .cannotWrite, file.target.string, "it belongs to user \(owner), not to you",
      advice: "if a `sudo sky` made it: sudo chown \(geteuid()) \(file.target.string)")
  }

  /// As root, gives what was just made the owner of the folder it is in.
  static func adopt(_ path: FilePath) throws(Errno) {
    guard geteuid() == 0, let parent = try FileSystem.status(path.removingLastComponent()),
      parent.owner != 0
    else { return }
    if path.withPlatformString({ lchown($0, parent.owner, parent.group) }) != 0 {
      throw Errno(rawValue: errno)
    }
  }
}
