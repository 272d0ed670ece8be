/// Finds files and folders that were renamed here since the last sync, so that the node can rename them too.
///
/// A file is the same one when inode, size and time are; a folder when its inode is. Each move found is done
/// at once in the picture of the node, so that the rest of the plan is made against what will be there.
struct MoveSearch {
  private let local: EntryList
  /// The node as it will be after the moves, and what was sent, by the names after them.
  private(set) var remote: EntryList
  private(set) var manifest: Manifest
  /// Folders that moved files need and the node lacks, parents first.
  private(set) var madeFolders: [[UInt8]] = []
  /// Files and links that the moves take along.
  private(set) var movedFiles = 0
  private let files: EntryList
  private let folders: EntryList
  private var moves: [SyncPlan.Move] = []
  /// Where folders that were moved stood when they were sent.
  private var movedFolders: [(from: [UInt8], to: [UInt8])] = []

  /// Each folder move rewrites the picture of the node; more than this is not a rename but a new tree.
  private let mostFolders = 64
  /// Each file moved alone costs a process on the node: beyond this, small ones are sent.
  private let mostFiles = 1_000

  /// - Parameters:
  ///   - files: what is here and the node lacks or has otherwise, sorted by path.
  ///   - folders: what is here and the node lacks.
  init(
    local: EntryList, remote: EntryList, manifest: Manifest, files: EntryList, folders: EntryList
  ) {
    self.local = local
    self.remote = remote
    self.manifest = manifest
    self.files = files
    self.folders = folders
  }

  mutating func search() -> [SyncPlan.Move] {
    guard !manifest.entries.isEmpty, !remote.isEmpty else { return [] }
    let places = sent()
    guard !places.isEmpty else { return [] }
    moveFolders(places)
    moveFiles(places)
    return moves
  }

  /// What was sent of these files and folders, by what a rename keeps.
  private func sent() -> [FileEntry.Identity.Place: FileEntry] {
    var wanted: Set<UInt64> = []
    for entries in [files, folders] {
      var entry = entries.cursor
      while entry.next() {
        if entry.fields.hasIdentity { wanted.insert(entry.fields.inode) }
      }
    }
    var places: [FileEntry.Identity.Place: FileEntry] = [:]
    guard !wanted.isEmpty else { return places }
    var entry = manifest.entries.cursor
    while entry.next() {
      let fields = entry.fields
      guard fields.hasIdentity, fields.kind != .link, wanted.contains(fields.inode) else {
        continue
      }
      let place = FileEntry.Identity.Place(device: fields.device, inode: fields.inode)
      places[place] = entry.entry
    }
    return places
  }

  private mutating func moveFolders(_ places: [FileEntry.Identity.Place: FileEntry]) {
    for folder in folders where movedFolders.count < mostFolders {
      guard let place = folder.identity?.place, let sent = places[place] else { continue }
      moveFolder(to: folder, sent: sent)
    }
  }

  private mutating func moveFolder(to folder: FileEntry, sent: FileEntry) {
    guard sent.kind == .folder, !remote.contains(folder.path) else { return }
    let from = current(sent.path)
    guard from != folder.path, !local.contains(from), !folder.path.isIn(from),
      remote.entry(at: from)?.kind == .folder, hasParent(folder.path)
    else { return }
    moves.append(SyncPlan.Move(from: from, to: folder.path, kind: .folder))
    movedFolders.append((from, folder.path))
    movedFiles += remote.below(from).count { $0.kind != .folder }
    remote = remote.renamed(from, to: folder.path)
    manifest.entries = manifest.entries.renamed(from, to: folder.path)
  }

  private mutating func moveFiles(_ places: [FileEntry.Identity.Place: FileEntry]) {
    var renamed: [[UInt8]: FileEntry] = [:]
    for file in files where renamed.count < mostFiles && file.kind == .file {
      guard let place = file.identity?.place, let sent = places[place],
        !remote.contains(file.path)
      else { continue }
      let from = current(sent.path)
      guard sent.kind == .file, sent.size == file.size, sent.mtime == file.mtime,
        from != file.path, renamed[from] == nil,
        !local.contains(from), var old = remote.entry(at: from), sent.looksLike(old),
        makeParent(of: file.path)
      else { continue }
      moves.append(SyncPlan.Move(from: from, to: file.path, kind: .file))
      old.path = file.path
      renamed[from] = old
    }
    guard !renamed.isEmpty else { return }
    movedFiles += renamed.count
    let folders = madeFolders.map {
      FileEntry(path: $0, kind: .folder, mode: 0o700, size: 0, mtime: .min)
    }
    remote.removeAll { renamed[$0.path] != nil }
    remote = remote.merged(
      with: (renamed.values + folders).sorted { $0.path.precedes($1.path) })
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

extension EntryList {
  /// With the name `to` for `from` and all below it, sorted.
  fileprivate func renamed(_ from: [UInt8], to: [UInt8]) -> EntryList {
    var moved = EntryListBuilder()
    var entry = cursor(at: from)
    // Others may stand between a folder and what is in it, such as `from-1`.
    while entry.next(), entry.path.starts(with: from) {
      guard entry.path.isIn(from) else { continue }
      moved.append(entry.path.renamed(from, to: to), entry.fields, target: entry.linkTarget)
    }
    var all = EntryListBuilder()
    var (rest, fresh) = (cursor, moved.finish().cursor)
    var isFresh = fresh.next()
    while rest.next() {
      if rest.path.isIn(from) { continue }
      while isFresh, fresh.path.precedes(rest.path) {
        all.append(fresh)
        isFresh = fresh.next()
      }
      all.append(rest)
    }
    while isFresh {
      all.append(fresh)
      isFresh = fresh.next()
    }
    return all.finish()
  }
}

extension Array<UInt8> {
  fileprivate func renamed(_ from: [UInt8], to: [UInt8]) -> [UInt8] {
    isIn(from) ? to + dropFirst(from.count) : self
  }
}
