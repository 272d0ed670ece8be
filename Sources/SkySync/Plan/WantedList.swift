/// Files and links to fetch, in little memory.
struct WantedList: Equatable, Sendable, Sequence {
  typealias Wanted = PullPlan.Wanted

  /// What comes from one place.
  struct Batch: Equatable, Sendable {
    /// What `there` on the node is `here`, a path relative to the folder here; so is all below it.
    var here: [UInt8]
    var there: [UInt8]
    /// With their paths here, sorted.
    var entries: EntryList

    func there(_ path: [UInt8]) -> [UInt8] {
      if path.count <= here.count { return there }
      return there.joined(here.isEmpty ? path : Array(path[(here.count + 1)...]))
    }

    /// The path here of what has this name in a stream; nil for what is not from this place.
    func here(_ name: [UInt8]) -> [UInt8]? {
      // `./…` from the root; nothing for the root itself.
      let place = Array(there.dropFirst(2))
      if name == place { return here }
      guard name.isIn(place) else { return nil }
      return here.joined(Array(name.dropFirst(place.isEmpty ? 0 : place.count + 1)))
    }
  }

  private(set) var batches: [Batch] = []

  mutating func append(_ batch: Batch) {
    if !batch.entries.isEmpty { batches.append(batch) }
  }

  var count: Int { batches.reduce(0) { $0 + $1.entries.count } }
  var isEmpty: Bool { batches.isEmpty }
  var sizes: ContentSizes { ContentSizes(batches.map(\.entries)) }

  struct Iterator: IteratorProtocol {
    private var batches: ArraySlice<Batch>
    private var entries: EntryList.Iterator

    fileprivate init(_ batches: [Batch]) {
      self.batches = batches[...]
      entries = (batches.first?.entries ?? []).makeIterator()
    }

    mutating func next() -> Wanted? {
      while let batch = batches.first {
        if let entry = entries.next() {
          return Wanted(entry: entry, there: batch.there(entry.path))
        }
        batches.removeFirst()
        entries = (batches.first?.entries ?? []).makeIterator()
      }
      return nil
    }
  }

  func makeIterator() -> Iterator { Iterator(batches) }

  /// All that has this name in a stream, with its place in the list.
  func named(_ name: [UInt8]) -> [(index: Int, entry: FileEntry)] {
    var found: [(index: Int, entry: FileEntry)] = []
    var start = 0
    for batch in batches {
      if let path = batch.here(name) {
        var cursor = batch.entries.cursor(at: path)
        if cursor.next(), cursor.path == path { found.append((start + cursor.index, cursor.entry)) }
      }
      start += batch.entries.count
    }
    return found
  }
}
