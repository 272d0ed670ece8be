/// Makes the plan that turns what a node has into what is here.
struct Difference {
  private let local: FileTree
  private let policy: SyncPolicy
  private var manifest: Manifest
  private var remote: [FileEntry]
  private var plan = SyncPlan()
  private var extra: [FileEntry] = []
  private var retyped: [(old: FileEntry, new: FileEntry)] = []

  /// - Parameters:
  ///   - remote: what the node has, sorted by path; nil when the target does not exist.
  ///   - root: the folder here and there, when both are known: a different time is put right.
  static func plan(
    from local: FileTree, to remote: [FileEntry]?, manifest: Manifest?, policy: SyncPolicy,
    root: (local: FileEntry, remote: FileEntry?)? = nil
  ) -> SyncPlan {
    guard let remote else { return everything(of: local) }
    var difference = Difference(local, remote, manifest ?? Manifest(), policy)
    difference.compare()
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
    plan.puts = local.entries.filter { $0.kind != .folder }
    plan.newFolders = local.entries.filter { $0.kind == .folder }
    plan.folders = plan.newFolders.reversed()
    return plan
  }

  private init(
    _ local: FileTree, _ remote: [FileEntry], _ manifest: Manifest, _ policy: SyncPolicy
  ) {
    self.local = local
    self.remote = remote
    self.manifest = manifest
    self.policy = policy
    var moves = MoveSearch(local: local.entries, remote: remote, manifest: manifest)
    if policy.moves { plan.moves = moves.search() }
    plan.madeFolders = moves.madeFolders
    plan.movedFiles = moves.movedFiles
    self.remote = moves.remote
    self.manifest = moves.manifest
  }

  // MARK: both sorted lists side by side

  private mutating func compare() {
    var other = 0
    for entry in local.entries {
      while other < remote.count, remote[other].path.precedes(entry.path) {
        extra.append(remote[other])
        other += 1
      }
      if other < remote.count, remote[other].path == entry.path {
        compare(entry, with: remote[other])
        other += 1
      } else {
        create(entry)
      }
    }
    extra += remote[other...]
  }

  private mutating func create(_ entry: FileEntry) {
    if entry.kind == .folder { plan.newFolders.append(entry) } else { plan.puts.append(entry) }
  }

  private mutating func compare(_ entry: FileEntry, with old: FileEntry) {
    guard entry.kind == old.kind, old.size >= 0 else {
      retyped.append((old, entry))
      return
    }
    if entry.kind == .folder {
      if entry.mode != old.mode || !entry.hasTime(of: old) { plan.folders.append(entry) }
      return
    }
    guard entry.looksLike(old), !policy.differing.contains(entry.path), !wasEdited(entry, old)
    else {
      noticeOverwriting(entry, old)
      considerPatching(entry, old)
      plan.puts.append(entry)
      return
    }
    plan.unchanged += 1
    if entry.kind == .file, entry.mode != old.mode { plan.modes.append(entry) }
  }

  /// Whether a node that keeps no fractions of a second hides an edit that we know of.
  private func wasEdited(_ entry: FileEntry, _ old: FileEntry) -> Bool {
    guard entry.mtime != old.mtime, entry.kind == .file,
      let sent = manifest.entry(at: entry.path)
    else { return false }
    return sent.mtime != entry.mtime
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
    // Backwards, what is in a folder comes before the folder.
    for entry in extra.reversed() {
      let isFullFolder = entry.kind == .folder && kept.contains(entry.path)
      if !isFullFolder, mayDelete(entry, unread: unread) {
        if entry.kind == .folder {
          plan.deletedFolders.append(entry.path)
        } else {
          plan.deletedFiles.append(entry.path)
        }
      } else {
        keepFolders(of: entry.path, in: &kept)
      }
    }
    plan.deletedFiles.reverse()
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
    let gone = Set(plan.deletedFiles).union(plan.deletedFolders)
    for (old, new) in retyped {
      if old.kind == .folder {
        guard remote.below(old.path).allSatisfy({ gone.contains($0.path) }) else {
          plan.problems.append(
            Problem(
              path: new.path, reason: "a folder with files of the node's own is in the way there"))
          continue
        }
        plan.deletedFolders.append(old.path)
      } else {
        plan.deletedFiles.append(old.path)
      }
      create(new)
    }
    plan.deletedFolders.sort { $1.precedes($0) }
    plan.newFolders.sort { $0.path.precedes($1.path) }
    plan.puts.sort { $0.path.precedes($1.path) }
  }

  // MARK: folders whose time the changes disturb

  private mutating func collectFolders() {
    var touched: Set<[UInt8]> = []
    for entry in plan.puts { touched.insert(entry.path.parentPath) }
    for entry in plan.newFolders { touched.insert(entry.path.parentPath) }
    for path in plan.deletedFiles { touched.insert(path.parentPath) }
    for path in plan.deletedFolders { touched.insert(path.parentPath) }
    for move in plan.moves {
      touched.insert(move.from.parentPath)
      touched.insert(move.to.parentPath)
    }
    for path in plan.madeFolders { touched.insert(path.parentPath) }
    plan.setsRoot = touched.contains([])
    collectClosed(touched)
    touched.formUnion(plan.folders.map(\.path))
    touched.formUnion(plan.newFolders.map(\.path))
    let all = touched.compactMap { path in
      local.entries.entry(at: path).flatMap { $0.kind == .folder ? $0 : nil }
    }
    plan.folders = all.sorted { $1.path.precedes($0.path) }
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
