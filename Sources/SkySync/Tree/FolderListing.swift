/// What is in one folder, as it is being read; kept `packed`, for a tree of a million files exists twice for a moment.
struct FolderListing {
  struct Record: Sendable {
    var size: Int64 = 0
    var mtime: Int64 = 0
    var ctime: Int64 = 0
    var inode: UInt64 = 0
    var links: UInt32 = 0
    /// Where the name begins in `bytes`; a link's target follows it.
    var start: UInt32 = 0
    var nameLength: UInt16 = 0
    var mode: UInt16 = 0
    var kind = FileEntry.Kind.file
  }

  /// An entry, or all that is in it, at its place in the order.
  struct Item {
    private let packed: UInt32

    init(record: Int, isContent: Bool) {
      packed = UInt32(record) << 1 | (isContent ? 1 : 0)
    }

    var record: Int { Int(packed >> 1) }
    var isContent: Bool { packed & 1 == 1 }
  }

  /// Relative to the root; empty for the root itself.
  var path: [UInt8]
  var bytes: [UInt8] = []
  var records: [Record] = []
  /// The file system of all records that are not in `otherDevices`.
  var device: UInt64 = 0
  /// Where other file systems are mounted, by record.
  var otherDevices: [Int: UInt64] = [:]
  /// The numbers of the folders' own listings, in the order of the records.
  var children: [(record: Int, number: Int32)] = []
  /// In the order of the bytes of whole paths: `a`, `a-b`, `a/x` as `-` is less than `/`.
  var order: [Item] = []

  /// Sets `order`.
  private mutating func sort() {
    var keys: [Key] = []
    keys.reserveCapacity(records.count)
    bytes.withUnsafeBufferPointer { bytes in
      var folders = children[...]
      for (index, record) in records.enumerated() {
        let name = UnsafeBufferPointer(
          rebasing: bytes[Int(record.start)..<(Int(record.start) + Int(record.nameLength))])
        keys.append(Key(name, item: Item(record: index, isContent: false)))
        if folders.first?.record == index {
          folders.removeFirst()
          keys.append(Key(name, item: Item(record: index, isContent: true)))
        }
      }
      keys.sort()
    }
    order = keys.map(\.item)
  }

  /// Compares as the name would, with a `/` behind it when it stands for a folder's content.
  private struct Key: Comparable {
    /// The first eight bytes, so that most comparisons are one instruction.
    let head: UInt64
    /// Valid within `sort` only.
    let name: UnsafeBufferPointer<UInt8>
    let item: Item

    init(_ name: UnsafeBufferPointer<UInt8>, item: Item) {
      self.name = name
      self.item = item
      var head: UInt64 = 0
      for at in 0..<8 {
        let byte = at < name.count ? name[at] : (at == name.count && item.isContent ? slash : 0)
        head = head << 8 | UInt64(byte)
      }
      self.head = head
    }

    private func byte(_ at: Int) -> UInt8 {
      at < name.count ? name[at] : (at == name.count && item.isContent ? slash : 0)
    }

    static func < (left: Key, right: Key) -> Bool {
      if left.head != right.head { return left.head < right.head }
      var at = 8
      while at <= max(left.name.count, right.name.count) {
        let (one, other) = (left.byte(at), right.byte(at))
        if one != other { return one < other }
        at += 1
      }
      return false
    }

    static func == (left: Key, right: Key) -> Bool { !(left < right) && !(right < left) }
  }

  /// Begins the listing of another folder, in the room of this one.
  mutating func begin(_ path: [UInt8]) {
    self.path = path
    bytes.removeAll(keepingCapacity: true)
    records.removeAll(keepingCapacity: true)
    children.removeAll(keepingCapacity: true)
    otherDevices.removeAll()
    device = 0
  }

  /// In order: entries by their names and, where the content of a folder stands, the number of its listing.
  mutating func packed() -> [UInt8] {
    sort()
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 24 * records.count)
    var encoder = EntryEncoder()
    bytes.withUnsafeBufferPointer { bytes in
      for item in order {
        let record = records[item.record]
        let nameEnd = Int(record.start) + Int(record.nameLength)
        let name = UnsafeBufferPointer(rebasing: bytes[Int(record.start)..<nameEnd])
        if item.isContent {
          let number = children[place(of: item.record)].number
          encoder.append(number: Int(number), name, to: &result)
        } else {
          let length = record.kind == .link ? Int(record.size) : 0
          encoder.append(
            name, fields(item.record),
            target: UnsafeBufferPointer(rebasing: bytes[nameEnd..<(nameEnd + length)]), to: &result)
        }
      }
    }
    return Array(result[...])
  }

  /// Where in `children` the folder stands that `records[index]` is.
  private func place(of index: Int) -> Int {
    var (low, high) = (0, children.count)
    while low < high {
      let middle = (low + high) / 2
      if children[middle].record < index { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func fields(_ index: Int) -> EntryFields {
    let record = records[index]
    return EntryFields(
      size: record.size, mtime: record.mtime, device: otherDevices[index] ?? device,
      inode: record.inode, ctime: record.ctime, links: record.links, mode: record.mode,
      kind: record.kind, hasIdentity: true)
  }

  /// The path of `records[index]`.
  func path(_ index: Int) -> [UInt8] {
    let start = Int(records[index].start)
    return join(path, bytes[start..<(start + Int(records[index].nameLength))])
  }

  /// The entry of `records[index]`.
  func entry(_ index: Int) -> FileEntry {
    let record = records[index]
    let nameEnd = Int(record.start) + Int(record.nameLength)
    let target = record.kind == .link ? Array(bytes[nameEnd..<(nameEnd + Int(record.size))]) : []
    return FileEntry(path: path(index), fields: fields(index), linkTarget: target)
  }
}

/// `folder/name`, or `name` in the root; allocates once.
func join(_ folder: [UInt8], _ name: ArraySlice<UInt8>) -> [UInt8] {
  guard !folder.isEmpty else { return Array(name) }
  return [UInt8](unsafeUninitializedCapacity: folder.count + 1 + name.count) { buffer, count in
    var at = buffer[...].update(fromContentsOf: folder)
    buffer[at] = slash
    at = buffer[(at + 1)...].update(fromContentsOf: name)
    count = at
  }
}
