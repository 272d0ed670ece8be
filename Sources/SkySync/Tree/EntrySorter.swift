/// Makes a sorted list of entries that come in any order; costs next to nothing when they come nearly sorted.
struct EntrySorter {
  private var ordered = EntryListBuilder()
  /// What came too late for that.
  private var late: [FileEntry] = []
  private var runs: [EntryList] = []

  /// So many in an array are sorted at a time.
  private static let mostLate = 1 << 15

  var isEmpty: Bool { ordered.count == 0 && late.isEmpty && runs.isEmpty }

  mutating func append(_ entry: FileEntry) {
    if ordered.count == 0 || ordered.lastPath.precedes(entry.path) {
      ordered.append(entry)
      return
    }
    late.append(entry)
    if late.count == Self.mostLate { closeRun() }
  }

  private mutating func closeRun() {
    guard !late.isEmpty else { return }
    late.sort { $0.path.precedes($1.path) }
    runs.append(EntryList(late))
    late.removeAll(keepingCapacity: true)
  }

  /// The list; the sorter is empty then.
  mutating func finish() -> EntryList {
    closeRun()
    defer { self = EntrySorter() }
    runs.insert(ordered.finish(), at: 0)
    while runs.count > 1 {
      var merged: [EntryList] = []
      while let one = runs.first {
        runs.removeFirst()
        guard let other = runs.first else {
          merged.append(one)
          break
        }
        runs.removeFirst()
        merged.append(one.merged(with: other))
      }
      runs = merged
    }
    return runs.first ?? []
  }
}
