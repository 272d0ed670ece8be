/// Makes the plan that turns what a node has into what is here.
struct Difference {
  private let local: FileTree
  private let policy: SyncPolicy
  private var manifest: Manifest
  private var remote: EntryList
  private var plan = SyncPlan()
  private var puts = EntryListBuilder()
  private var newFolders = EntryListBuilder()
  private var modes = EntryListBuilder()
  private var folders: Set<[UInt8]> = []
  private var extra: EntryList = []
  /// Whether there is anything here that the node lacks.
  private var hasNews = false
  private var retyped: [(old: FileEntry, new: FileEntry)] = []

  /// - Parameters:
  ///   - remote: what the node has, sorted by path; nil when the target does not exist.
  ///   - root: the folder here and there, when both are known: a different time is put right.
  static func plan(
    from local: FileTree, to remote: EntryList?, manifest: Manifest?, policy: SyncPolicy,
    root: (local: FileEntry, remote: FileEntry?)? = nil
  ) -> SyncPlan {
    guard let remote else { return everything(of: local) }
    var difference = Difference(local, remote, manifest ?? Manifest(), policy)
    difference.compare()
    difference.findMoves()
    difference.decideDeletes()
    difference.decideRetyped()
    difference.plan.keepLinksTogether(in: local.entries)
    difference.collectFolders()
    if let root {
      let same = root.remote.map { root.local.hasTime(of: $0) } ?? false
      difference.plan.setsRoot = difference.plan.setsRoot || !same
    } else {
      difference.plan.setsRoot = false
    }
    return difference.plan
  }

  private static func everything(of local: FileTree) -> SyncPlan {
    var plan = SyncPlan()
    plan.whole = true
    plan.setsRoot = true
    var puts = EntryListBuilder()
    var folders = EntryListBuilder()
    var entry = local.entries.cursor
    while entry.next() {
      if entry.fields.kind == .folder { folders.append(entry) } else { puts.append(entry) }
    }
    plan.puts = puts.finish()
    plan.newFolders = folders.finish()
    plan.folders = EntryList(plan.newFolders.reversed())
    return plan
  }

  private init(
    _ local: FileTree, _ remote: EntryList, _ manifest: Manifest, _ policy: SyncPolicy
  ) {
    self.local = local
    self.remote = remote
    self.manifest = manifest
    self.policy = policy
  }

  /// Compares once more where something was renamed, with what the node has then.
  private mutating func findMoves() {
    guard policy.moves, hasNews else { return }
    var search = MoveSearch(
      local: local.entries, remote: remote, manifest: manifest, files: plan.puts,
      folders: plan.newFolders)
    let moves = search.search()
    guard !moves.isEmpty else { return }
    plan = SyncPlan()
    plan.moves = moves
    plan.madeFolders = search.madeFolders
    plan.movedFiles = search.movedFiles
    remote = search.remote
    manifest = search.manifest
    retyped = []
    folders = []
    compare()
  }

  // MARK: both sorted lists side by side

  private mutating func compare() {
    var unknown = EntryListBuilder()
    var other = remote.cursor
    var isOther = other.next()
    var entry = local.entries.cursor
    while entry.next() {
      while isOther, other.path != entry.path, other.path.precedes(entry.path) {
        unknown.append(other)
        isOther = other.next()
      }
      if isOther, other.path == entry.path {
        compare(entry, with: other)
        isOther = other.next()
      } else {
        hasNews = true
        if entry.fields.kind == .folder { newFolders.append(entry) } else { puts.append(entry) }
      }
    }
    while isOther {
      unknown.append(other)
      isOther = other.next()
    }
    extra = unknown.finish()
    plan.puts = puts.finish()
    plan.newFolders = newFolders.finish()
    plan.modes = modes.finish()
  }

  private mutating func compare(_ mine: borrowing EntryCursor, with other: borrowing EntryCursor) {
    let (fields, old) = (mine.fields, other.fields)
    guard fields.kind == old.kind, old.size >= 0 else {
      retyped.append((other.entry, mine.entry))
      return
    }
    if fields.kind == .folder {
      if fields.mode != old.mode || !fields.hasTime(of: old) { folders.insert(mine.entry.path) }
      return
    }
    guard fields.looksLike(old, sameTarget: mine.linkTarget == other.linkTarget),
      policy.differing.isEmpty || !policy.differing.contains(mine.path)
    else {
      put(mine.entry, in: other.entry)
      puts.append(mine)
      return
    }
    if fields.mtime != old.mtime, fields.kind == .file, wasEdited(mine.entry) {
      put(mine.entry, in: other.entry)
      puts.append(mine)
      return
    }
    plan.unchanged += 1
    if fields.kind == .file, fields.mode != old.mode { modes.append(mine) }
  }

  private mutating func put(_ entry: FileEntry, in old: FileEntry) {
    noticeOverwriting(entry, old)
    considerPatching(entry, old)
  }

  /// Whether a node that keeps no fractions of a second hides an edit that we know of.
  private func wasEdited(_ entry: FileEntry) -> Bool {
    manifest.entry(at: entry.path).map { $0.mtime != entry.mtime } ?? false
  }

  /// Hard links are sent whole: the first name's content is what the others are made of.
  private mutating func considerPatching(_ entry: FileEntry, _ old: FileEntry) {
    guard entry.kind == .file, min(entry.size, old.size) >= BlockSums.smallestFile,
      entry.identity?.links == 1, !policy.differing.contains(entry.path),
      let sent = manifest.entry(at: entry.path), sent.looksLike(old), sent.size == old.size
    else { return }
    plan.patches.append(SyncPlan.Patch(path: entry.path, sent: sent))
  }

  private mutating func noticeOverwriting(_ entry: FileEntry, _ old: FileEntry) {
    guard let sent = manifest.entry(at: entry.path), !sent.looksLike(old) else { return }
    plan.notices.append(
      Problem(
        path: entry.path, reason: "was changed on the node since the last sync; replaced by ours"))
  }

  // MARK: what only the node has

  private mutating func decideDeletes() {
    // An emptied source (an unmounted disk, a wrong folder) must never empty a node.
    if local.entries.isEmpty, !extra.isEmpty, !policy.mayEmpty {
      if policy.mirror || !manifest.entries.isEmpty {
        plan.notices.append(
          Problem(path: [], reason: "the source is empty: nothing is deleted on the node"))
      }
      return
    }
    let unread = local.problems.map(\.path)
    var kept: Set<[UInt8]> = []
    var isDeletedFile = [Bool](repeating: false, count: extra.count)
    // Backwards, what is in a folder comes before the folder.
    for index in extra.indices.reversed() {
      let entry = extra[index]
      let isFullFolder = entry.kind == .folder && kept.contains(entry.path)
      if !isFullFolder, mayDelete(entry, unread: unread) {
        if entry.kind == .folder {
          plan.deletedFolders.append(entry.path)
        } else {
          isDeletedFile[index] = true
        }
      } else {
        keepFolders(of: entry.path, in: &kept)
      }
    }
    var deleted = EntryListBuilder()
    var entry = extra.cursor
    while entry.next() {
      if isDeletedFile[entry.index] { deleted.append(entry) }
    }
    plan.deletedFiles = deleted.finish()
    extra = []
  }

  private func keepFolders(of path: [UInt8], in kept: inout Set<[UInt8]>) {
    var folder = path.parentPath
    while !folder.isEmpty, kept.insert(folder).inserted { folder = folder.parentPath }
  }

  private mutating func mayDelete(_ entry: FileEntry, unread: [[UInt8]]) -> Bool {
    if unread.contains(where: { entry.path.isIn($0) }) { return false }
    if policy.mirror { return !policy.protects(entry.path, entry.kind == .folder) }
    guard let sent = manifest.entry(at: entry.path), policy.isGone(entry.path) else { return false }
    if sent.looksLike(entry) { return true }
    plan.notices.append(
      Problem(
        path: entry.path,
        reason: "is gone here but was changed on the node since the last sync; kept there"))
    return false
  }

  // MARK: a file where a folder was, and so on

  private mutating func decideRetyped() {
    guard !retyped.isEmpty else { return }
    let (files, folders) = (plan.deletedFiles, Set(plan.deletedFolders))
    var (lost, made, put): ([FileEntry], [FileEntry], [FileEntry]) = ([], [], [])
    for (old, new) in retyped {
      if old.kind == .folder {
        guard
          remote.below(old.path).allSatisfy({
            folders.contains($0.path) || files.contains($0.path)
          })
        else {
          plan.problems.append(
            Problem(
              path: new.path,
              reason: "a folder with files that did not come from here stands there on the node; "
                + "move them away, or choose another target"))
          continue
        }
        plan.deletedFolders.append(old.path)
      } else {
        lost.append(old)
      }
      if new.kind == .folder { made.append(new) } else { put.append(new) }
    }
    plan.deletedFolders.sort { $1.precedes($0) }
    plan.deletedFiles = files.merged(with: lost)
    plan.newFolders = plan.newFolders.merged(with: made)
    plan.puts = plan.puts.merged(with: put)
  }

  // MARK: folders whose time the changes disturb

  private mutating func collectFolders() {
    var touched = Set(
      plan.puts.parents + plan.newFolders.parents + plan.deletedFiles.parents)
    for path in plan.deletedFolders { touched.insert(path.parentPath) }
    for move in plan.moves {
      touched.insert(move.from.parentPath)
      touched.insert(move.to.parentPath)
    }
    for path in plan.madeFolders { touched.insert(path.parentPath) }
    plan.setsRoot = touched.contains([])
    collectClosed(touched)
    touched.formUnion(folders)
    touched.formUnion(plan.newFolders.lazy.map(\.path))
    let all = touched.compactMap { path in
      local.entries.entry(at: path).flatMap { $0.kind == .folder ? $0 : nil }
    }
    plan.folders = EntryList(all.sorted { $1.path.precedes($0.path) })
  }

  private mutating func collectClosed(_ touched: Set<[UInt8]>) {
    for path in touched where !path.isEmpty {
      if let old = remote.entry(at: path), old.kind == .folder, old.mode & 0o300 != 0o300 {
        plan.closedFolders.append(path)
      }
    }
    plan.closedFolders.sort { $0.precedes($1) }
  }
}
