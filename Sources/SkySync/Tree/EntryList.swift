/// Many entries in little memory: some thirty bytes each, where an array of them takes 170.
///
/// Made once, then read: in order with a cursor or as a sequence, or an entry at a time. To change it is to make
/// it anew. What it tells of paths holds when it is sorted by path.
public struct EntryList: Sendable, Equatable {
  /// Entries that are written together, of which all but the last of a list hold the same number.
  struct Chunk: Sendable, Equatable {
    var bytes: [UInt8] = []
    /// Where every so many entries one begins that is written as the first.
    var marks: [UInt32] = []
    var count = 0

    static let capacity = 4096
    static let step = 32
  }

  private(set) var chunks: [Chunk]
  public let count: Int

  init(chunks: [Chunk]) {
    self.chunks = chunks
    count = chunks.reduce(0) { $0 + $1.count }
  }

  public init(_ entries: some Sequence<FileEntry>) {
    var builder = EntryListBuilder()
    for entry in entries { builder.append(entry) }
    self = builder.finish()
  }

  var cursor: EntryCursor { EntryCursor(self) }
}

extension EntryList: RandomAccessCollection, ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: FileEntry...) { self.init(elements) }

  public var startIndex: Int { 0 }
  public var endIndex: Int { count }

  /// Reading one costs about a microsecond, changing one a whole new list.
  public subscript(index: Int) -> FileEntry {
    get {
      precondition(indices.contains(index), "no entry has this index")
      var cursor = EntryCursor(self, from: index)
      _ = cursor.next()
      return cursor.entry
    }
    set {
      var all = Array(self)
      all[index] = newValue
      self = EntryList(all)
    }
  }

  public struct Iterator: IteratorProtocol {
    private var cursor: EntryCursor

    fileprivate init(_ list: EntryList) { cursor = list.cursor }

    public mutating func next() -> FileEntry? { cursor.next() ? cursor.entry : nil }
  }

  public func makeIterator() -> Iterator { Iterator(self) }

  public mutating func append(_ entry: FileEntry) { self = EntryList(Array(self) + [entry]) }

  public mutating func removeAll(where isUnwanted: (FileEntry) -> Bool) {
    var rest = EntryListBuilder()
    for entry in self where !isUnwanted(entry) { rest.append(entry) }
    self = rest.finish()
  }
}

// MARK: sorted lists

extension EntryList {
  /// The entry at `path`, or nil.
  func entry(at path: [UInt8]) -> FileEntry? {
    var cursor = cursor(at: path)
    return cursor.next() && cursor.path == path ? cursor.entry : nil
  }

  func contains(_ path: [UInt8]) -> Bool {
    var cursor = cursor(at: path)
    return cursor.next() && cursor.path == path
  }

  /// Before the first entry whose path is not before `path`.
  func cursor(at path: [UInt8]) -> EntryCursor {
    var (low, high) = (0, (count + Chunk.step - 1) / Chunk.step)
    // The last mark whose entry is not after `path`.
    while low < high {
      let middle = (low + high) / 2
      if startsAfter(path, mark: middle) { high = middle } else { low = middle + 1 }
    }
    var cursor = EntryCursor(self, from: Swift.max(0, low - 1) * Chunk.step)
    while cursor.next() {
      if !cursor.path.precedes(path) {
        cursor.stay()
        break
      }
    }
    return cursor
  }

  private func startsAfter(_ path: [UInt8], mark: Int) -> Bool {
    let each = Chunk.capacity / Chunk.step
    let chunk = chunks[mark / each]
    return chunk.bytes.withUnsafeBytes { bytes in
      let name = EntryDecoder.wholeName(at: Int(chunk.marks[mark % each]), in: bytes)
      return path.withUnsafeBytes { $0.precedes(name) }
    }
  }

  /// The entries below `folder`, without itself: they stand together, for all begin with `folder/`.
  func below(_ folder: [UInt8]) -> EntryList {
    let prefix = folder + [UInt8.slash]
    var cursor = cursor(at: prefix)
    var builder = EntryListBuilder()
    while cursor.next(), cursor.path.starts(with: prefix) { builder.append(cursor) }
    return builder.finish()
  }

  /// The folders that its entries are in, each at least once.
  var parents: [[UInt8]] {
    var found: [[UInt8]] = []
    var entry = cursor
    while entry.next() {
      // Most stand in the same folder as the one before.
      if let last = found.last, entry.path.isChild(of: last) { continue }
      found.append(entry.path.parentPath)
    }
    return found
  }

  /// Those whose paths are none of these, sorted ones too.
  func without(_ lost: EntryList) -> EntryList {
    var builder = EntryListBuilder()
    var (mine, other) = (cursor, lost.cursor)
    var isOther = other.next()
    while mine.next() {
      while isOther, other.path.precedes(mine.path) { isOther = other.next() }
      if !isOther || other.path != mine.path { builder.append(mine) }
    }
    return builder.finish()
  }

  /// Both lists in one, sorted; of entries with one path those of `other` come later.
  func merged(with other: some Sequence<FileEntry>) -> EntryList {
    var builder = EntryListBuilder()
    var mine = cursor
    var isMore = mine.next()
    for entry in other {
      while isMore, !entry.path.precedes(mine.path) {
        builder.append(mine)
        isMore = mine.next()
      }
      builder.append(entry)
    }
    while isMore {
      builder.append(mine)
      isMore = mine.next()
    }
    return builder.finish()
  }
}

/// Reads a list in order. Before the first `next` it stands before its first entry.
struct EntryCursor: Sendable {
  private let list: EntryList
  private var chunk = 0
  private var inChunk = 0
  private var stays = false
  private var decoder = EntryDecoder()

  init(_ list: EntryList) { self.list = list }

  /// The next entry is the one at `index`.
  init(_ list: EntryList, from index: Int) {
    self.list = list
    guard index < list.count else {
      chunk = list.chunks.count
      return
    }
    chunk = index / EntryList.Chunk.capacity
    let place = index % EntryList.Chunk.capacity
    inChunk = place / EntryList.Chunk.step * EntryList.Chunk.step
    decoder.start(at: Int(list.chunks[chunk].marks[inChunk / EntryList.Chunk.step]))
    for _ in inChunk..<place { _ = next() }
  }

  /// Goes on to the next entry; false at the end.
  mutating func next() -> Bool {
    if stays {
      stays = false
      return true
    }
    while chunk < list.chunks.count {
      if inChunk < list.chunks[chunk].count {
        if inChunk % EntryList.Chunk.step == 0 { decoder.start(at: decoder.position) }
        inChunk += 1
        let bytes = list.chunks[chunk].bytes
        return bytes.withUnsafeBytes { decoder.next(in: $0) }
      }
      chunk += 1
      inChunk = 0
      decoder.start(at: 0)
    }
    return false
  }

  /// The next `next` gives the current entry once more.
  fileprivate mutating func stay() { stays = true }

  var path: [UInt8] { _read { yield decoder.name } }
  var fields: EntryFields { decoder.fields }
  /// The place of the current entry in the list.
  var index: Int { chunk * EntryList.Chunk.capacity + inChunk - 1 }
  var linkTarget: [UInt8] { _read { yield decoder.target } }

  /// A copy of the current entry.
  var entry: FileEntry {
    FileEntry(
      path: decoder.name.copied, fields: decoder.fields, linkTarget: decoder.target.copied)
  }
}

extension Array<UInt8> {
  /// Of exactly the size, and shared with nobody.
  fileprivate var copied: [UInt8] { isEmpty ? [] : Array(self[...]) }
}

/// Makes a list, entry by entry.
struct EntryListBuilder {
  private var chunks: [EntryList.Chunk] = []
  private var chunk = EntryList.Chunk()
  private var encoder = EntryEncoder()

  var count: Int { chunks.count * EntryList.Chunk.capacity + chunk.count }
  /// The path of the entry that was added last.
  var lastPath: [UInt8] { _read { yield encoder.name } }

  mutating func append(_ entry: FileEntry) {
    append(entry.path, entry.fields, target: entry.linkTarget)
  }

  mutating func append(_ cursor: borrowing EntryCursor) {
    append(cursor.path, cursor.fields, target: cursor.linkTarget)
  }

  mutating func append(_ path: [UInt8], _ fields: EntryFields, target: [UInt8]) {
    if chunk.count == EntryList.Chunk.capacity { close() }
    if chunk.count % EntryList.Chunk.step == 0 {
      encoder.reset()
      chunk.marks.append(UInt32(chunk.bytes.count))
    }
    path.withUnsafeBufferPointer { path in
      target.withUnsafeBufferPointer { target in
        encoder.append(path, fields, target: target, to: &chunk.bytes)
      }
    }
    chunk.count += 1
  }

  private mutating func close() {
    // Of exactly the size; the room stays for the next.
    chunks.append(
      EntryList.Chunk(
        bytes: Array(chunk.bytes[...]), marks: Array(chunk.marks[...]), count: chunk.count))
    chunk.bytes.removeAll(keepingCapacity: true)
    chunk.marks.removeAll(keepingCapacity: true)
    chunk.count = 0
  }

  /// The list; the builder is empty then.
  mutating func finish() -> EntryList {
    if chunk.count > 0 { close() }
    defer { self = EntryListBuilder() }
    return EntryList(chunks: chunks)
  }
}
