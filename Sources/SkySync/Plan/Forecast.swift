/// What a node will list once a plan is done there, where that is otherwise than now. Pure.
///
/// It need not come true: whatever is otherwise then, the next look tells.
struct Forecast {
  private let there: EntryList
  /// What will stand at a path; nil for nothing.
  private var changed: [[UInt8]: FileEntry?] = [:]

  /// - Parameters:
  ///   - target: what the node has.
  ///   - root: what the target itself becomes, when it is set.
  static func change(of plan: SyncPlan, on target: NodeTarget, root: FileEntry?) -> ListingChange? {
    guard !plan.whole, !target.foldsCase else { return nil }
    var forecast = Forecast(target.entries)
    forecast.follow(plan)
    var (gone, new) = ([[UInt8]](), [[UInt8]]())
    if plan.setsRoot, let root, let old = target.root, root.record != old.record {
      gone.append(old.record)
      new.append(root.record)
    }
    for (path, entry) in forecast.changed {
      let old = target.entries.entry(at: path)
      // What is no file, folder or link is listed with words that we do not keep.
      if let old, old.size < 0 { return nil }
      guard old?.record != entry?.record else { continue }
      if let old { gone.append(old.record) }
      if let entry { new.append(entry.record) }
    }
    return ListingChange(gone: gone, new: new)
  }

  private init(_ there: EntryList) { self.there = there }

  private mutating func follow(_ plan: SyncPlan) {
    for move in plan.moves { follow(move) }
    for path in plan.deletedFiles + plan.deletedFolders { changed[path] = .some(nil) }
    for entries in [plan.puts, plan.newFolders, plan.folders] {
      for entry in entries { changed[entry.path] = entry }
    }
    for entry in plan.modes {
      guard var now = now(at: entry.path) else { continue }
      now.mode = entry.mode
      changed[entry.path] = now
    }
  }

  private func now(at path: [UInt8]) -> FileEntry? { changed[path] ?? there.entry(at: path) }

  private mutating func follow(_ move: SyncPlan.Move) {
    var all = [move.from]
    if move.kind == .folder {
      all += changed.keys.filter { $0 != move.from && $0.isIn(move.from) }
      for entry in there.below(move.from) where changed[entry.path] == nil {
        all.append(entry.path)
      }
    }
    for path in all {
      guard var entry = now(at: path) else { continue }
      changed[path] = .some(nil)
      entry.path = move.to + path.dropFirst(move.from.count)
      changed[entry.path] = entry
    }
  }
}

extension FileEntry {
  /// As a node lists it.
  fileprivate var record: [UInt8] { Array(KeptListing.record(self).dropLast()) }
}
