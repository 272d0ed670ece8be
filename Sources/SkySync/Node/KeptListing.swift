/// What a node listed at the last look at one target. Both sides keep the same bytes, so that at the next look
/// only what differs from them travels.
///
/// The records are `./PATH//TYPE MODE SIZE MTIME LINK`, each ended by NUL, sorted by their bytes.
struct KeptListing: Sendable, Equatable {
  /// SHA-256 of what is kept whole, in lower-case hex: what both sides compare.
  let digest: String
  /// What the last push made of that.
  var change: ListingChange?
  private let source: Source

  private enum Source {
    case memory([UInt8])
    case file(ListingFile)
  }

  init(_ file: ListingFile) {
    digest = file.digest
    source = .file(file)
  }

  init(_ records: [UInt8]) {
    digest = SHA256.hex(records)
    source = .memory(records)
  }

  static func == (one: KeptListing, other: KeptListing) -> Bool { one.name == other.name }

  /// What tells it from others: the digest, and that of the change.
  var name: String { digest + (change.map { "+\($0.digest)" } ?? "") }

  /// The records from the first one on.
  var reader: RecordReader {
    let whole =
      switch source {
      case .memory(let records): RecordReader(records)
      case .file(let file): file.reader
      }
    return change?.applied(to: whole) ?? whole
  }

  /// How many bytes the records have, about.
  var count: Int {
    switch source {
    case .memory(let records): records.count
    case .file(let file): file.count
    }
  }

  /// The file that they are in, if they are in one.
  var file: ListingFile? {
    guard case .file(let file) = source else { return nil }
    return file
  }

  /// Writes what a node lists that has nothing but these, as GNU find prints it; `root` is the folder itself.
  /// - Parameter entries: sorted by path.
  static func write(root: FileEntry, entries: EntryList, to writer: ListingWriter) {
    // A record sorts behind those of the paths that begin with its own and go on with less than a slash: it waits
    // for them. Each that waits begins with the one before.
    var waiting: [(path: [UInt8], record: [UInt8])] = [(root.path.dotted, record(root))]
    for entry in entries {
      let path = entry.path.dotted
      while let last = waiting.last, !sorts(path, before: last.path) {
        writer.append(last.record[...])
        waiting.removeLast()
      }
      waiting.append((path, record(entry)))
    }
    for last in waiting.reversed() { writer.append(last.record[...]) }
  }

  /// Whether the record of `path` stands before that of `folder`, which sorts before it as a path.
  private static func sorts(_ path: [UInt8], before folder: [UInt8]) -> Bool {
    guard path.count > folder.count, path.starts(with: folder) else { return false }
    let next = path[folder.count]
    return next < .slash || (next == .slash && path[folder.count + 1] < .slash)
  }

  static func record(_ entry: FileEntry) -> [UInt8] {
    let letter = entry.kind == .folder ? "d" : entry.kind == .link ? "l" : "f"
    let size = entry.kind == .link ? Int64(entry.linkTarget.count) : entry.size
    let mode = String(entry.mode, radix: 8)
    return entry.path.dotted
      + [UInt8]("//\(letter) \(mode) \(size) \(FindTime.text(entry.mtime)) ") + entry.linkTarget + [
        0
      ]
  }

  static let tab = UInt8(ascii: "\t")
}

/// Makes the new records of the old ones and of what `comm -z -3` said: what is gone stands as it was, what is
/// new after a tab, both in the order of the records.
struct ListingChanges {
  private var old: RecordReader
  private var current: ArraySlice<UInt8>?
  private let output: (ArraySlice<UInt8>) -> Void

  /// - Parameter output: gets the new records, without their NULs.
  init(
    of listing: KeptListing, _ output: @escaping (ArraySlice<UInt8>) -> Void
  ) throws(CompressionError) {
    old = listing.reader
    self.output = output
    current = try old.next()
  }

  /// Takes one change, without its NUL; false when it is none of these records.
  mutating func apply(_ change: ArraySlice<UInt8>) throws(CompressionError) -> Bool {
    let isNew = change.first == KeptListing.tab
    let record = isNew ? change.dropFirst() : change
    while let kept = current, kept.precedes(record) {
      output(kept)
      current = try old.next()
    }
    if isNew {
      output(record)
    } else {
      guard current == record else { return false }
      current = try old.next()
    }
    return true
  }

  /// No more changes come.
  mutating func finish() throws(CompressionError) {
    while let kept = current {
      output(kept)
      current = try old.next()
    }
  }
}

extension ArraySlice<UInt8> {
  /// Whether it sorts before `other` by its bytes, as `LC_ALL=C sort` has it.
  func precedes(_ other: ArraySlice<UInt8>) -> Bool {
    withUnsafeBytes { mine in other.withUnsafeBytes { mine.precedes($0) } }
  }
}
