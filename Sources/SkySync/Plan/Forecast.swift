/// What a node will list once a plan is done there, where that is otherwise than now. Pure.
///
/// It need not come true: whatever is otherwise then, the next look tells.
struct Forecast {
  private let there: EntryList
  /// What stands at a path now and what will; nil for nothing.
  private var changed: [[UInt8]: (old: FileEntry?, new: FileEntry?)] = [:]

  /// - Parameters:
  ///   - target: what the node has.
  ///   - root: what the target itself becomes, when it is set.
  static func change(of plan: SyncPlan, on target: NodeTarget, root: FileEntry?) -> ListingChange? {
    guard !plan.whole, !target.foldsCase, plan.changes < ListingChange.mostRecords else {
      return nil
    }
    var forecast = Forecast(target.entries)
    forecast.follow(plan)
    var (gone, new) = ([[UInt8]](), [[UInt8]]())
    if plan.setsRoot, let root, let old = target.root, root.record != old.record {
      gone.append(old.record)
      new.append(root.record)
    }
    for (old, entry) in forecast.changed.values {
      // What is no file, folder or link is listed with words that we do not keep.
      if let old, old.size < 0 { return nil }
      let (before, after) = (old?.record, entry?.record)
      guard before != after else { continue }
      if let before { gone.append(before) }
      if let after { new.append(after) }
    }
    return ListingChange(gone: gone, new: new)
  }

  private init(_ there: EntryList) { self.there = there }

  private mutating func follow(_ plan: SyncPlan) {
    for move in plan.moves { follow(move) }
    for entry in plan.deletedFiles { set(entry.path, nil) }
    for path in plan.deletedFolders { set(path, nil) }
    for entries in [plan.puts, plan.newFolders, plan.folders] {
      for entry in entries { set(entry.path, entry) }
    }
    for entry in plan.modes {
      guard var now = now(at: entry.path) else { continue }
      now.mode = entry.mode
      set(entry.path, now)
    }
  }

  private func now(at path: [UInt8]) -> FileEntry? {
    if let known = changed[path] { return known.new }
    return there.entry(at: path)
  }

  /// - Parameter isFree: nothing stands there now, and nobody has to look.
  private mutating func set(_ path: [UInt8], _ new: FileEntry?, isFree: Bool = false) {
    let old = changed[path]?.old ?? (isFree || changed[path] != nil ? nil : there.entry(at: path))
    changed[path] = (old, new)
  }

  private mutating func follow(_ move: SyncPlan.Move) {
    let isFree = !there.contains(move.to)
    var all = [now(at: move.from)]
    if move.kind == .folder {
      for (path, known) in changed where path != move.from && path.isIn(move.from) {
        all.append(known.new)
      }
      for entry in there.below(move.from) where changed[entry.path] == nil {
        changed[entry.path] = (entry, nil)
        all.append(entry)
      }
    }
    for case var entry? in all {
      set(entry.path, nil)
      entry.path = move.to + entry.path.dropFirst(move.from.count)
      set(entry.path, entry, isFree: isFree)
    }
  }
}

extension SyncPlan {
  /// How many files, links and folders are otherwise afterwards, about.
  fileprivate var changes: Int {
    deletedFiles.count + deletedFolders.count + movedFiles + puts.count + newFolders.count
      + modes.count
  }
}

extension FileEntry {
  /// As a node lists it.
  fileprivate var record: [UInt8] { Array(KeptListing.record(self).dropLast()) }
}
