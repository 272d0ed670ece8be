/// One target as the node saw it at one look.
struct NodeTarget: Equatable, Sendable {
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
  var entries: [FileEntry] = []
  /// SHA-256 of files, when it was asked for: lower-case hex by path.
  var digests: [[UInt8]: [UInt8]] = [:]
  /// Names that differ in case only are one file there.
  var foldsCase = false
  /// Whether all of it could be read.
  var complete = true
  /// The listing to keep for the next look; nil when the one that is kept is still right, or none can be.
  var newListing: KeptListing?
}

/// Reads what the node's `scan` printed: fields ended by NUL, see `PushScript`.
struct NodeListing {
  let bytes: [UInt8]
  var position = 0
  private let host: String

  /// All targets of one listing.
  /// - Parameter known: by target, what was kept of the last look.
  static func targets(
    in bytes: [UInt8], from host: String, known: [KnownTarget?] = []
  ) throws(SyncError) -> [NodeTarget] {
    var listing = NodeListing(bytes, host)
    var targets: [NodeTarget] = []
    while listing.position < bytes.count {
      let index = targets.count
      targets.append(try listing.target(index, index < known.count ? known[index] : nil))
    }
    return targets
  }

  /// The plain listing.
  static func unpacked(
    _ payload: [UInt8], isCompressed: Bool, from host: String
  ) throws(SyncError) -> [UInt8] {
    guard isCompressed else { return payload }
    do {
      return try Zstd.decompress(payload, limit: 2 << 30)
    } catch {
      throw SyncError(.badAnswer, host, "the node's listing cannot be read: \(error.reason)")
    }
  }

  init(_ bytes: [UInt8], _ host: String) {
    self.bytes = bytes
    self.host = host
  }

  private mutating func target(
    _ index: Int, _ known: KnownTarget?
  ) throws(SyncError) -> NodeTarget {
    let head = try text().split(separator: " ")
    guard (4...5).contains(head.count), head[0] == "T", head[1] == String(index),
      let state = NodeTarget.State(rawValue: String(head[2]))
    else { throw bad("a target's first line is missing") }
    var target = NodeTarget(
      index: index, state: state, number: Int64(head[3]) ?? 0, path: Array(try field()),
      name: Array(try field()))
    target.foldsCase = head.count == 5
    while true {
      let record = try field()
      switch record.first {
      case UInt8(ascii: "E"):
        _ = try field()
        target.complete = record.last == UInt8(ascii: "0")
        target.entries.sort { $0.path.precedes($1.path) }
        if !target.complete { target.newListing = nil }
        return target
      case UInt8(ascii: "S"):
        _ = try field()
        let records = try recordsUpToEnd()
        try add(records, to: &target)
        target.newListing = KeptListing(Array(records))
      case UInt8(ascii: "C"):
        _ = try field()
        try take(try recordsUpToEnd(), known, into: &target)
      case UInt8(ascii: "N"):
        _ = try field()
        try portableEntries(into: &target)
      case UInt8(ascii: "H"):
        _ = try field()
        try digests(into: &target)
      default:
        let link = try field()
        add(try entry(record, link: link), to: &target)
      }
    }
  }

  func add(_ entry: FileEntry, to target: inout NodeTarget) {
    if entry.path.isEmpty { target.root = entry } else { target.entries.append(entry) }
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

  private func kind(_ letter: UInt8?) -> FileEntry.Kind? {
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

  private mutating func portableEntries(into target: inout NodeTarget) throws(SyncError) {
    var names: [ArraySlice<UInt8>] = []
    while let name = try fieldUnlessEmpty() { names.append(name) }
    let lines = try field().split(separator: UInt8(ascii: "\n"))
    var links: [ArraySlice<UInt8>: ArraySlice<UInt8>] = [:]
    while let name = try fieldUnlessEmpty() { links[name] = try field() }
    guard lines.count == names.count else { throw bad("the folder changed while it was listed") }
    for (name, line) in zip(names, lines) {
      var rest = line
      guard let mode = number(word(&rest), radix: 16), let size = number(word(&rest)),
        let seconds = number(rest), seconds.magnitude <= 9_000_000_000, let path = relative(name)
      else { throw bad("a listed file cannot be understood") }
      let bits = UInt16(truncatingIfNeeded: mode & 0o7777)
      // A tar of this kind leaves a link the time of its making.
      let mtime = links[name] == nil ? seconds * 1_000_000_000 : FileEntry.unknownTime
      add(
        make(path, kind(format: mode), mode: bits, size, mtime, links[name] ?? []), to: &target)
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
    while bytes[position...].first != UInt8(ascii: "E") {
      let line = try field()
      guard line.count > 66, let path = relative(line.dropFirst(66)) else {
        throw bad("a checksum cannot be understood")
      }
      target.digests[path] = Array(line.prefix(64))
    }
  }

  // MARK: fields and numbers

  private mutating func field() throws(SyncError) -> ArraySlice<UInt8> {
    guard let end = bytes[position...].firstIndex(of: 0) else {
      throw bad("the listing is cut off")
    }
    defer { position = end + 1 }
    return bytes[position..<end]
  }

  private mutating func fieldUnlessEmpty() throws(SyncError) -> ArraySlice<UInt8>? {
    let next = try field()
    return next.isEmpty ? nil : next
  }

  private mutating func text() throws(SyncError) -> String {
    String(decoding: try field(), as: UTF8.self)
  }

  private func word(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let end = rest.firstIndex(of: UInt8(ascii: " ")) ?? rest.endIndex
    defer { rest = rest[min(end + 1, rest.endIndex)...] }
    return rest[..<end]
  }

  private func number(_ digits: ArraySlice<UInt8>, radix: Int64 = 10) -> Int64? {
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
  private func nanoseconds(_ text: ArraySlice<UInt8>) -> Int64? {
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
  private func relative(_ path: ArraySlice<UInt8>) -> [UInt8]? {
    if path.count == 1, path.first == UInt8(ascii: ".") { return [] }
    guard path.starts(with: [UInt8(ascii: "."), UInt8(ascii: "/")]) else { return nil }
    let rest = Array(path.dropFirst(2))
    return rest.isPlainRelativePath ? rest : nil
  }

  func bad(_ reason: String) -> SyncError {
    SyncError(.badAnswer, host, "what the node listed makes no sense: \(reason)")
  }
}
