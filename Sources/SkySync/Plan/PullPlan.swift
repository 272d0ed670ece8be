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
  var deleted: [FileEntry] = []
  var modes: [FileEntry] = []
  var unchanged = 0
  var problems: [Problem] = []

  var contentBytes: Int64 {
    var (bytes, sizes): (Int64, ContentSizes) = (0, wanted.sizes)
    while let size = sizes.next() { bytes += size }
    return bytes
  }

  var operations: [PlannedOperation] {
    deleted.map { PlannedOperation(.delete, $0.path) }
      + folders.map { PlannedOperation(.mkdir, $0) }
      + wanted.map {
        $0.entry.kind == .link
          ? PlannedOperation(.link, $0.entry.path)
          : PlannedOperation(.put, $0.entry.path, bytes: $0.entry.size)
      }
      + modes.map { PlannedOperation(.mode, $0.path) }
  }
}

/// Makes a pull plan, match by match.
struct PullDifference {
  private(set) var plan = PullPlan()
  private let look: (_ path: [UInt8]) -> FileEntry?
  private let list: (_ folder: [UInt8]) -> [FileEntry]
  private let mirror: Bool
  private let isNew: Bool
  /// What this pull brings, source by source: two may hold the same name.
  private var claimed: [(here: [UInt8], entries: EntryList)] = []
  /// Of the source that is being added.
  private var wanted = EntryListBuilder()

  /// - Parameters:
  ///   - isNew: whether the folder here was just made.
  ///   - look: what stands here at a path.
  ///   - list: what stands here below a folder, sorted.
  init(
    mirror: Bool, isNew: Bool, look: @escaping (_ path: [UInt8]) -> FileEntry?,
    list: @escaping (_ folder: [UInt8]) -> [FileEntry]
  ) {
    self.mirror = mirror
    self.isNew = isNew
    self.look = look
    self.list = list
  }

  /// Adds one match: what is at `target.path` comes to `name` here (empty: into the folder itself).
  mutating func add(_ target: NodeTarget, as name: [UInt8], differing: Set<[UInt8]>) {
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
        addFile(entry, at: path, differs: differing.contains(entry.path))
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
      if here.kind == .file, here.mode != arriving.mode { plan.modes.append(arriving) }
      return
    }
    wanted.append(arriving)
  }

  private mutating func clear(_ here: FileEntry) {
    if here.kind == .folder { plan.deleted += list(here.path).reversed() }
    plan.deleted.append(here)
  }

  private mutating func deleteExtra(in base: [UInt8]) {
    let extra = list(base).filter { !isClaimed($0.path) }
    let known = Set(plan.deleted.map(\.path))
    plan.deleted += extra.reversed().filter { !known.contains($0.path) }
  }

  /// The plan, with its folders in the order in which they can be finished.
  mutating func finish() -> PullPlan {
    plan.finished.sort { $1.path.precedes($0.path) }
    plan.folders.sort { $0.precedes($1) }
    return plan
  }
}
