import SystemPackage

/// The repository that a folder is in.
struct GitRepository: Equatable, Sendable {
  /// The top of its files.
  var top: FilePath
  /// `$GIT_DIR`: elsewhere for a linked work tree and for a submodule.
  var folder: FilePath
  /// `$GIT_COMMON_DIR`: where configuration and `info/exclude` are.
  var commonFolder: FilePath
}

extension GitRepository {
  /// Looks in `root` (a path without links) and above, as git does: not in ceilings or above them, nor
  /// across the border of a file system. nil when there is none.
  static func find(
    from root: FilePath, ceilings: [FilePath], files: some FileReading
  ) -> GitRepository? {
    let device = files.kind(root)?.device
    var folder = root
    while true {
      if let found = repository(at: folder, files) { return found }
      guard folder.removeLastComponent(), !ceilings.contains(folder),
        files.kind(folder)?.device == device
      else { return nil }
    }
  }

  private static func repository(at top: FilePath, _ files: some FileReading) -> GitRepository? {
    let entry = top.appending(".git")
    guard let kind = files.kind(entry) else { return nil }
    if kind.isFolder { return repository(top, entry, files) }
    // gitrepository-layout(5): a file that says where the folder is.
    let start = Array("gitdir: ".utf8)
    guard let content = try? files.content(entry), content.starts(with: start) else { return nil }
    let path = FilePath(rawBytes: content.dropFirst(start.count).prefix { $0 != 10 && $0 != 13 })
    return repository(top, top.pushing(path), files)
  }

  private static func repository(
    _ top: FilePath, _ folder: FilePath, _ files: some FileReading
  ) -> GitRepository? {
    guard let folder = files.resolved(folder) else { return nil }
    var common = folder
    if let content = try? files.content(folder.appending("commondir")) {
      let path = FilePath(rawBytes: content.prefix { $0 != 10 && $0 != 13 })
      common = files.resolved(folder.pushing(path)) ?? common
    }
    guard isHead(try? files.content(folder.appending("HEAD"))),
      files.kind(common.appending("objects"))?.isFolder == true,
      files.kind(common.appending("refs"))?.isFolder == true
    else { return nil }
    return GitRepository(top: top, folder: folder, commonFolder: common)
  }

  /// `ref: refs/…` or an object's name.
  private static func isHead(_ content: [UInt8]?) -> Bool {
    guard let content else { return false }
    if content.starts(with: Array("ref:".utf8)) {
      return content.dropFirst(4).drop { $0 == 32 || $0 == 9 }.starts(with: Array("refs/".utf8))
    }
    let digits = content.prefix { (48...57).contains($0) || (97...102).contains($0) }
    return digits.count >= 40
  }
}
