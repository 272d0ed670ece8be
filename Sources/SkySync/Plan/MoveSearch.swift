/// Finds files and folders that were renamed here since the last sync, so that the node can rename them too.
///
/// A file is the same one when inode, size and time are; a folder when its inode is. Each move found is done
/// at once in the picture of the node, so that the rest of the plan is made against what will be there.
struct MoveSearch {
  private let local: [FileEntry]
  /// The node as it will be after the moves, and what was sent, by the names after them.
  private(set) var remote: [FileEntry]
  private(set) var manifest: Manifest
  /// Folders that moved files need and the node lacks, parents first.
  private(set) var madeFolders: [[UInt8]] = []
  /// Files and links that the moves take along.
  private(set) var movedFiles = 0
  private var moves: [SyncPlan.Move] = []
  private var sentAt: [FileEntry.Identity.Place: FileEntry] = [:]
  /// Where folders that were moved stood when they were sent.
  private var movedFolders: [(from: [UInt8], to: [UInt8])] = []

  /// Each folder move rewrites the picture of the node; more than this is not a rename but a new tree.
  private let mostFolders = 64
  /// Each file moved alone costs a process on the node: beyond this, small ones are sent.
  private let mostFiles = 1_000

  init(local: [FileEntry], remote: [FileEntry], manifest: Manifest) {
    self.local = local
    self.remote = remote
    self.manifest = manifest
  }

  mutating func search() -> [SyncPlan.Move] {
    guard !manifest.entries.isEmpty else { return [] }
    let fresh = newcomers { $0.kind != .link && $0.identity != nil }
    guard !fresh.isEmpty, remote.count > 0 else { return [] }
    for entry in manifest.entries where entry.kind != .link {
      if let place = entry.identity?.place { sentAt[place] = entry }
    }
    for folder in fresh where folder.kind == .folder && movedFolders.count < mostFolders {
      moveFolder(to: folder)
    }
    moveFiles(movedFolders.isEmpty ? fresh : newcomers { $0.kind == .file && $0.identity != nil })
    return moves
  }

  private func newcomers(_ wanted: (FileEntry) -> Bool) -> [FileEntry] {
    var found: [FileEntry] = []
    var other = 0
    for entry in local {
      while other < remote.count, remote[other].path.precedes(entry.path) { other += 1 }
      let isThere = other < remote.count && remote[other].path == entry.path
      if !isThere, wanted(entry) { found.append(entry) }
    }
    return found
  }

  private mutating func moveFolder(to folder: FileEntry) {
    guard let place = folder.identity?.place, let sent = sentAt[place], sent.kind == .folder,
      remote.entry(at: folder.path) == nil
    else { return }
    let from = current(sent.path)
    guard from != folder.path, local.entry(at: from) == nil, !folder.path.isIn(from),
      remote.entry(at: from)?.kind == .folder, hasParent(folder.path)
    else { return }
    moves.append(SyncPlan.Move(from: from, to: folder.path, kind: .folder))
    movedFolders.append((from, folder.path))
    movedFiles += remote.below(from).count { $0.kind != .folder }
    remote.rename(from, to: folder.path)
    manifest.entries.rename(from, to: folder.path)
  }

  private mutating func moveFiles(_ fresh: [FileEntry]) {
    var renamed: [[UInt8]: [UInt8]] = [:]
    for file in fresh where file.kind == .file && renamed.count < mostFiles {
      guard let place = file.identity?.place, let sent = sentAt[place], sent.kind == .file,
        sent.size == file.size, sent.mtime == file.mtime
      else { continue }
      let from = current(sent.path)
      guard from != file.path, renamed[from] == nil,
        local.entry(at: from) == nil, let old = remote.entry(at: from), sent.looksLike(old),
        makeParent(of: file.path)
      else { continue }
      moves.append(SyncPlan.Move(from: from, to: file.path, kind: .file))
      renamed[from] = file.path
    }
    guard !renamed.isEmpty else { return }
    movedFiles += renamed.count
    for index in remote.indices {
      if let path = renamed[remote[index].path] { remote[index].path = path }
    }
    remote += madeFolders.map {
      FileEntry(path: $0, kind: .folder, mode: 0o700, size: 0, mtime: .min)
    }
    remote.sort { $0.path.precedes($1.path) }
  }

  /// Sees to it that the folder of `path` is there before the moves; false when something else is.
  private mutating func makeParent(of path: [UInt8]) -> Bool {
    let parent = path.parentPath
    if hasParent(path) || madeFolders.contains(parent) { return true }
    guard remote.entry(at: parent) == nil, makeParent(of: parent) else { return false }
    madeFolders.append(parent)
    return true
  }

  /// Where on the node stands by now what was sent to `path`.
  private func current(_ path: [UInt8]) -> [UInt8] {
    movedFolders.reduce(path) { path, move in path.renamed(move.from, to: move.to) }
  }

  private func hasParent(_ path: [UInt8]) -> Bool {
    path.parentPath.isEmpty || remote.entry(at: path.parentPath)?.kind == .folder
  }
}

extension FileEntry.Identity {
  /// What a rename keeps.
  struct Place: Hashable {
    var device: UInt64
    var inode: UInt64
  }

  var place: Place { Place(device: device, inode: inode) }
}

extension Array<FileEntry> {
  /// Gives `from` and all below it the name `to`, and sorts again.
  fileprivate mutating func rename(_ from: [UInt8], to: [UInt8]) {
    for index in indices { self[index].path = self[index].path.renamed(from, to: to) }
    sort { $0.path.precedes($1.path) }
  }
}

extension Array<UInt8> {
  fileprivate func renamed(_ from: [UInt8], to: [UInt8]) -> [UInt8] {
    isIn(from) ? to + dropFirst(from.count) : self
  }
}
