/// What was last sent to one folder of one node, and how it looked here: decides what may be deleted there and
/// tells renamed files. Losing it is safe: then nothing is deleted and nothing is moved.
public struct Manifest: Equatable, Sendable {
  /// Sorted by path; only what is known to stand on the node.
  public var entries: [FileEntry]

  public init(entries: [FileEntry] = []) {
    self.entries = entries
  }

  /// The entry at `path`, or nil.
  public func entry(at path: [UInt8]) -> FileEntry? {
    entries.entry(at: path)
  }
}

extension Array<FileEntry> {
  /// The entry at `path` of a sorted array, or nil.
  func entry(at path: [UInt8]) -> FileEntry? {
    let index = firstIndex(from: path)
    return index < count && self[index].path == path ? self[index] : nil
  }

  /// Where the first entry stands whose path is not before `path`.
  func firstIndex(from path: [UInt8]) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle].path.precedes(path) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The entries below `folder`, without itself: they stand together, for all begin with `folder/`.
  func below(_ folder: [UInt8]) -> ArraySlice<FileEntry> {
    let prefix = folder + [UInt8.slash]
    let start = firstIndex(from: prefix)
    var end = start
    while end < count, self[end].path.starts(with: prefix) { end += 1 }
    return self[start..<end]
  }
}
