/// What has to be done here so that a folder holds what a node has. A value: making it touches nothing.
struct PullPlan: Equatable, Sendable {
  /// A file or link to fetch.
  struct Wanted: Equatable, Sendable {
    /// As the node has it; the path is relative to the folder here.
    var entry: FileEntry
    /// Where it is on the node: `./…` from `/`.
    var there: [UInt8]
  }

  var wanted = WantedList()
  /// Folders to make, parents first.
  var folders: [[UInt8]] = []
  /// Every folder with the mode and time that it is to have, deepest first.
  var finished: [FileEntry] = []
  /// What is in the way or gone on the node, deepest first.
  var deleted: EntryList = []
  var modes: EntryList = []
  var unchanged = 0
  var problems: [Problem] = []

  var contentBytes: Int64 {
    var (bytes, sizes): (Int64, ContentSizes) = (0, wanted.sizes)
    while let size = sizes.next() { bytes += size }
    return bytes
  }
}

/// Makes a pull plan, match by match.
struct PullDifference {
  private(set) var plan = PullPlan()
  private let look: (_ path: [UInt8]) -> FileEntry?
  private let list: (_ folder: [UInt8]) -> EntryList
  private let mirror: Bool
  private let isNew: Bool
  /// What this pull brings, source by source: two may hold the same name.
  private var claimed: [(here: [UInt8], entries: EntryList)] = []
  /// Of the source that is being added.
  private var wanted = EntryListBuilder()
  private var deleted = EntryListBuilder()
  /// What of it is in the way of something.
  private var cleared: Set<[UInt8]> = []
  private var modes = EntryListBuilder()

  /// - Parameters:
  ///   - isNew: whether the folder here was just made.
  ///   - look: what stands here at a path.
  ///   - list: what stands here below a folder, sorted.
  init(
    mirror: Bool, isNew: Bool, look: @escaping (_ path: [UInt8]) -> FileEntry?,
    list: @escaping (_ folder: [UInt8]) -> EntryList
  ) {
    self.mirror = mirror
    self.isNew = isNew
    self.look = look
    self.list = list
  }

  /// Adds one match: what is at `target.path` comes to `name` here (empty: into the folder itself).
  mutating func add(_ target: NodeTarget, as name: [UInt8], differing: EntryList) {
    let base = name
    let from = [UInt8(ascii: ".")] + target.path
    if target.state == .folder, !base.isEmpty, let root = target.root {
      addFolder(root, at: base)
    }
    if target.state == .folder, base.isEmpty, var root = target.root, let here = look([]) {
      // The mode of a folder that was here is its owner's business.
      if !isNew { root.mode = here.mode }
      plan.finished.append(root)
    }
    for entry in target.entries {
      let path =
        target.state == .file ? base : base.joined(entry.path)
      if isClaimed(path) { continue }
      if entry.kind == .folder {
        addFolder(entry, at: path)
      } else {
        addFile(entry, at: path, differs: !differing.isEmpty && differing.contains(entry.path))
      }
    }
    let there = target.state == .file ? target.entries.first.map { from.joined($0.path) } : from
    plan.wanted.append(
      WantedList.Batch(here: base, there: there ?? from, entries: wanted.finish()))
    claimed.append((base, target.state == .file ? [] : target.entries))
    if mirror, target.state == .folder, target.complete, !target.entries.isEmpty {
      deleteExtra(in: base)
    }
  }

  /// Whether an earlier source brings something to `path`.
  private func isClaimed(_ path: [UInt8]) -> Bool {
    claimed.contains { here, entries in
      if path == here { return true }
      guard path.isIn(here) else { return false }
      return entries.contains(here.isEmpty ? path : Array(path[(here.count + 1)...]))
    }
  }

  private mutating func addFolder(_ entry: FileEntry, at path: [UInt8]) {
    var folder = entry
    folder.path = path
    let here = look(path)
    if here?.kind != .folder {
      if let here { clear(here) }
      plan.folders.append(path)
    }
    plan.finished.append(folder)
  }

  private mutating func addFile(
    _ entry: FileEntry, at path: [UInt8], differs: Bool
  ) {
    guard entry.size >= 0 else {
      plan.problems.append(
        Problem(
          path: path, reason: "skipped: neither file, folder nor link", isNotice: true))
      return
    }
    var arriving = entry
    arriving.path = path
    let here = look(path)
    if let here, here.kind == .folder {
      guard mirror || list(path).isEmpty else {
        plan.problems.append(Problem(path: path, reason: "a folder with files is in the way here"))
        return
      }
      clear(here)
    } else if let here, here.size >= 0, arriving.looksLike(here), !differs {
      plan.unchanged += 1
      if here.kind == .file, here.mode != arriving.mode { modes.append(arriving) }
      return
    }
    wanted.append(arriving)
  }

  private mutating func clear(_ here: FileEntry) {
    if here.kind == .folder {
      for entry in list(here.path).reversed() { delete(entry) }
    }
    delete(here)
  }

  private mutating func delete(_ entry: FileEntry) {
    cleared.insert(entry.path)
    deleted.append(entry)
  }

  private mutating func deleteExtra(in base: [UInt8]) {
    for entry in list(base).reversed() where !isClaimed(entry.path) && !cleared.contains(entry.path)
    {
      deleted.append(entry)
    }
  }

  /// The plan, with its folders in the order in which they can be finished.
  mutating func finish() -> PullPlan {
    plan.finished.sort { $1.path.precedes($0.path) }
    plan.folders.sort { $0.precedes($1) }
    plan.deleted = deleted.finish()
    plan.modes = modes.finish()
    return plan
  }
}
