/// What a node listed at the last look at one target. Both sides keep the same bytes, so that at the next look
/// only what differs from them travels.
struct KeptListing: Equatable, Sendable {
  /// `TYPE MODE SIZE MTIME ./PATH//LINK`, each record ended by NUL, sorted by their bytes.
  let records: [UInt8]
  /// SHA-256 of them, in lower-case hex: what both sides compare.
  let digest: String

  init(records: [UInt8], digest: String) {
    self.records = records
    self.digest = digest
  }

  init(_ records: [UInt8]) {
    self.init(records: records, digest: SHA256.hex(records))
  }

  /// What a node lists that has nothing but these, sorted or not; `root` is the folder itself.
  init(root: FileEntry, entries: [FileEntry]) {
    var lines = entries.map(Self.record)
    lines.append(Self.record(root))
    lines.sort { $0.precedes($1) }
    self.init(Array(lines.joined()))
  }

  /// As GNU find prints it.
  private static func record(_ entry: FileEntry) -> [UInt8] {
    let letter = entry.kind == .folder ? "d" : entry.kind == .link ? "l" : "f"
    let size = entry.kind == .link ? Int64(entry.linkTarget.count) : entry.size
    let mode = String(entry.mode, radix: 8)
    return [UInt8]("\(letter) \(mode) \(size) \(FindTime.text(entry.mtime)) ") + entry.path.dotted
      + [UInt8]("//") + entry.linkTarget + [0]
  }

  /// The records after `changes`, which `comm -z -3` made: what is gone stands as it was, what is new after
  /// a tab, both in the order of the records. nil when they are no changes of these records.
  func applying(_ changes: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(records.count + changes.count)
    var old = Records(records[...])
    var current = old.next()
    for change in Records(changes) {
      let isNew = change.first == Self.tab
      let record = isNew ? change.dropFirst() : change
      while let kept = current, Self.precedes(kept, record) {
        result += kept
        current = old.next()
      }
      if isNew {
        result += record
      } else {
        guard current == record else { return nil }
        current = old.next()
      }
    }
    while let kept = current {
      result += kept
      current = old.next()
    }
    return result
  }

  static let tab = UInt8(ascii: "\t")

  private static func precedes(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
    left.lexicographicallyPrecedes(right)
  }

  /// The records of a listing, each with its NUL.
  struct Records: Sequence, IteratorProtocol {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() -> ArraySlice<UInt8>? {
      guard let end = rest.firstIndex(of: 0) else { return nil }
      defer { rest = rest[(end + 1)...] }
      return rest[...end]
    }
  }
}
