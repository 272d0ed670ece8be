import SystemPackage

/// One target as the node saw it at one look.
struct NodeTarget: Sendable {
  /// Its place among the targets of the push.
  var index = 0
  enum State: String, Sendable {
    case absent, folder
    /// One file or link (pull only): `path` is its folder.
    case file
    /// A file, a link to nowhere or a device stands there.
    case other
  }

  var state: State
  /// Push: free space in KiB on the file system that holds it; 0 when the node could not tell.
  /// Pull: which of the sources it is a match of.
  var number: Int64
  /// The absolute path of the folder, `~` expanded.
  var path: [UInt8]
  /// The file's name in it, when the target is one file. Pull: the name under which it arrives, empty for the
  /// contents of a folder.
  var name: [UInt8]
  /// The folder itself: its path is empty.
  var root: FileEntry?
  /// What is in it. What is neither file, folder nor link is a file of size -1.
  var entries: EntryList = []
  /// Of files, when it was asked for.
  var digests = NodeDigests()
  /// Names that differ in case only are one file there.
  var foldsCase = false
  /// Whether all of it could be read.
  var complete = true
  /// The listing to keep for the next look; nil when the one that is kept is still right, or none can be.
  var newListing: KeptListing?
  /// The listing of this look as both sides keep it, if they do.
  var listing: KeptListing?
}

/// Reads what the node's `scan` printed: fields ended by NUL, see `PushScript`.
struct NodeListing {
  private var reader: RecordReader
  private let host: String

  /// A node that sends more than this has no end.
  private static let mostBytes = 2 << 30

  /// All targets of one listing.
  /// - Parameters:
  ///   - isCompressed: whether `bytes` are one zstd stream.
  ///   - known: by target, what was kept of the last look.
  ///   - manifests: by target, beside which file a new listing is kept.
  static func targets(
    in bytes: Spool, isCompressed: Bool = false, from host: String, known: [KnownTarget?] = [],
    manifests: [FilePath?] = []
  ) throws(SyncError) -> [NodeTarget] {
    let plain = bytes.reader()
    var listing = NodeListing(RecordReader { () throws(CompressionError) in plain() }, host)
    if isCompressed {
      listing.reader = try listing.checked { () throws(CompressionError) in
        try RecordReader(Zstd.pieces(of: bytes.reader(), limit: mostBytes))
      }
    }
    var targets: [NodeTarget] = []
    while try listing.hasMore() {
      let index = targets.count
      targets.append(
        try listing.target(
          index, index < known.count ? known[index] : nil,
          manifest: index < manifests.count ? manifests[index] : nil))
    }
    return targets
  }

  init(_ reader: RecordReader, _ host: String) {
    self.reader = reader
    self.host = host
  }

  private mutating func target(
    _ index: Int, _ known: KnownTarget?, manifest: FilePath?
  ) throws(SyncError) -> NodeTarget {
    let head = try text().split(separator: " ")
    guard (4...5).contains(head.count), head[0] == "T", head[1] == String(index),
      let state = NodeTarget.State(rawValue: String(head[2]))
    else { throw bad("a target's first line is missing") }
    var target = NodeTarget(
      index: index, state: state, number: Int64(head[3]) ?? 0, path: Array(try field()),
      name: Array(try field()))
    target.foldsCase = head.count == 5
    var found = FoundEntries()
    while true {
      let record = try field()
      switch record.first {
      case UInt8(ascii: "E"):
        _ = try field()
        target.complete = record.last == UInt8(ascii: "0")
        if !found.sorter.isEmpty { target.entries = found.sorter.finish() }
        target.root = found.root ?? target.root
        if !target.complete { (target.newListing, target.listing) = (nil, nil) }
        return target
      case UInt8(ascii: "S"):
        _ = try field()
        target.newListing = try addAll(to: &found, keepingBesides: manifest)
        target.listing = target.newListing
      case UInt8(ascii: "C"):
        _ = try field()
        try addChanges(of: known, to: &target, keepingBesides: manifest)
      case UInt8(ascii: "N"):
        _ = try field()
        try addPortable(to: &found)
      case UInt8(ascii: "H"):
        _ = try field()
        try digests(into: &target)
      default:
        let link = try field()
        found.add(try entry(record, link: link))
      }
    }
  }

  // MARK: GNU find: `%y %m %s %T@ %p`, `%l`

  func entry(_ record: ArraySlice<UInt8>, link: ArraySlice<UInt8>) throws(SyncError)
    -> FileEntry
  {
    var rest = record
    let letter = word(&rest).first
    guard let mode = number(word(&rest), radix: 8), let size = number(word(&rest)),
      let mtime = nanoseconds(word(&rest)), let path = relative(rest)
    else { throw bad("a listed file cannot be understood") }
    return make(
      path, kind(letter), mode: UInt16(truncatingIfNeeded: mode & 0o7777), size, mtime, link)
  }

  func kind(_ letter: UInt8?) -> FileEntry.Kind? {
    switch letter {
    case UInt8(ascii: "f"): .file
    case UInt8(ascii: "d"): .folder
    case UInt8(ascii: "l"): .link
    default: nil
    }
  }

  func make(
    _ path: [UInt8], _ kind: FileEntry.Kind?, mode: UInt16, _ size: Int64, _ mtime: Int64,
    _ link: ArraySlice<UInt8>
  ) -> FileEntry {
    switch kind {
    case .file: FileEntry(path: path, kind: .file, mode: mode, size: size, mtime: mtime)
    case .folder: FileEntry(path: path, kind: .folder, mode: mode, size: 0, mtime: mtime)
    case .link:
      FileEntry(
        path: path, kind: .link, mode: 0o777, size: Int64(link.count), mtime: mtime,
        linkTarget: Array(link))
    case nil: FileEntry(path: path, kind: .file, mode: mode, size: -1, mtime: mtime)
    }
  }

  // MARK: any find and stat: the names, then `%f %s %Y` for each, then links with their targets

  private mutating func addPortable(to found: inout FoundEntries) throws(SyncError) {
    var names: [[UInt8]] = []
    while let name = try fieldUnlessEmpty() { names.append(Array(name)) }
    let lines = try field().split(separator: UInt8(ascii: "\n"))
    var links: [[UInt8]: [UInt8]] = [:]
    while let name = try fieldUnlessEmpty() { links[Array(name)] = Array(try field()) }
    guard lines.count == names.count else { throw bad("the folder changed while it was listed") }
    for (name, line) in zip(names, lines) {
      var rest = line
      guard let mode = number(word(&rest), radix: 16), let size = number(word(&rest)),
        let seconds = number(rest), seconds.magnitude <= 9_000_000_000,
        let path = relative(name[...])
      else { throw bad("a listed file cannot be understood") }
      let bits = UInt16(truncatingIfNeeded: mode & 0o7777)
      let link = links[name]
      // A tar of this kind leaves a link the time of its making.
      let mtime = link == nil ? seconds * 1_000_000_000 : FileEntry.unknownTime
      found.add(make(path, kind(format: mode), mode: bits, size, mtime, link?[...] ?? []))
    }
  }

  private func kind(format mode: Int64) -> FileEntry.Kind? {
    switch mode & 0o170000 {
    case 0o100000: .file
    case 0o040000: .folder
    case 0o120000: .link
    default: nil
    }
  }

  // MARK: `sha256sum -z`: `HEX  ./path` until the closing record

  private mutating func digests(into target: inout NodeTarget) throws(SyncError) {
    while try peek() != UInt8(ascii: "E") {
      let line = try field()
      let length = NodeDigests.length
      guard line.count > length + 2, let path = relative(line.dropFirst(length + 2)) else {
        throw bad("a checksum cannot be understood")
      }
      target.digests.append(line.prefix(length), of: path)
    }
  }

  // MARK: fields and numbers

  /// The next field; a copy is to be made of what is needed for long.
  mutating func field() throws(SyncError) -> ArraySlice<UInt8> {
    guard let field = try checked({ () throws(CompressionError) in try reader.next() }) else {
      throw bad("the listing is cut off")
    }
    return field
  }

  private mutating func hasMore() throws(SyncError) -> Bool {
    try checked { () throws(CompressionError) in try reader.peek() } != nil
  }

  /// The first byte of the next field.
  mutating func peek() throws(SyncError) -> UInt8 {
    guard let byte = try checked({ () throws(CompressionError) in try reader.peek() }) else {
      throw bad("the listing is cut off")
    }
    return byte
  }

  func checked<Result>(
    _ body: () throws(CompressionError) -> Result
  ) throws(SyncError) -> Result {
    do {
      return try body()
    } catch {
      throw SyncError(.badAnswer, host, "the node's listing cannot be read: \(error.reason)")
    }
  }

  private mutating func fieldUnlessEmpty() throws(SyncError) -> ArraySlice<UInt8>? {
    let next = try field()
    return next.isEmpty ? nil : next
  }

  private mutating func text() throws(SyncError) -> String {
    String(decoding: try field(), as: UTF8.self)
  }

  func word(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let end = rest.firstIndex(of: UInt8(ascii: " ")) ?? rest.endIndex
    defer { rest = rest[min(end + 1, rest.endIndex)...] }
    return rest[..<end]
  }

  func number(_ digits: ArraySlice<UInt8>, radix: Int64 = 10) -> Int64? {
    let negative = digits.first == UInt8(ascii: "-")
    var value: Int64 = 0
    let all = negative ? digits.dropFirst() : digits
    guard !all.isEmpty, all.count <= 18 else { return nil }
    for byte in all {
      let digit: Int64
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = Int64(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = Int64(byte - UInt8(ascii: "a")) + 10
      default: return nil
      }
      guard digit < radix else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: radix)
      guard !overflow else { return nil }
      value = product &+ digit
    }
    return negative ? -value : value
  }

  /// `-12.3456789000` as find prints it: whole seconds rounded down, then a fraction that is added.
  func nanoseconds(_ text: ArraySlice<UInt8>) -> Int64? {
    let dot = text.firstIndex(of: UInt8(ascii: ".")) ?? text.endIndex
    guard let seconds = number(text[..<dot]) else { return nil }
    // A time that nanoseconds in 64 bits cannot hold (after 2255) is unlike any of ours.
    guard seconds.magnitude <= 9_000_000_000 else { return .max }
    var fraction: Int64 = 0
    var digits = text[dot...].dropFirst().prefix(9)
    for _ in 0..<9 {
      let byte = digits.popFirst() ?? UInt8(ascii: "0")
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      fraction = fraction * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    return seconds * 1_000_000_000 + fraction
  }

  /// `./a/b` as `a/b`, `.` as nothing; nil for a path that leads out of the folder.
  func relative(_ path: ArraySlice<UInt8>) -> [UInt8]? {
    if path.count == 1, path.first == UInt8(ascii: ".") { return [] }
    guard path.starts(with: [UInt8(ascii: "."), UInt8(ascii: "/")]) else { return nil }
    let rest = Array(path.dropFirst(2))
    return rest.isPlainRelativePath ? rest : nil
  }

  func bad(_ reason: String) -> SyncError {
    SyncError(.badAnswer, host, "what the node listed makes no sense: \(reason)")
  }
}
