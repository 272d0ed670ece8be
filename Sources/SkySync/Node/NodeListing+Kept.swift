/// What was kept of the last look at a target, read.
struct KnownTarget: Sendable {
  let listing: KeptListing
  private let root: FileEntry?
  /// Sorted by path.
  private let entries: [FileEntry]

  /// nil where nothing was kept, or it is no listing.
  static func all(_ kept: [KeptListing?]) async -> [KnownTarget?] {
    kept.map { listing in listing.flatMap { try? KnownTarget($0) } }
  }

  private init(_ listing: KeptListing) throws(SyncError) {
    var target = NodeTarget(state: .folder, number: 0, path: [], name: [])
    try NodeListing([], "here").add(listing.records[...], to: &target)
    self.listing = listing
    root = target.root
    entries = target.entries.sorted { $0.path.precedes($1.path) }
  }

  /// Gives `target` what was known, less the entries at the paths of `gone`.
  func fill(_ target: inout NodeTarget, without gone: NodeTarget) {
    if gone.root == nil { target.root = root }
    var lost: Set<Int> = []
    for entry in gone.entries {
      let index = entries.firstIndex(from: entry.path)
      if index < entries.count, entries[index].path == entry.path { lost.insert(index) }
    }
    target.entries =
      lost.isEmpty
      ? entries : entries.indices.lazy.filter { !lost.contains($0) }.map { entries[$0] }
  }
}

/// Sorted records: all of them after `S`, or after `C` what `comm -z -3` of the kept and the present ones says.
extension NodeListing {
  /// The records up to the target's last line.
  mutating func recordsUpToEnd() throws(SyncError) -> ArraySlice<UInt8> {
    let start = position
    for record in KeptListing.Records(bytes[start...]) {
      if record.first == UInt8(ascii: "E") { break }
      position = record.endIndex
    }
    return bytes[start..<position]
  }

  func add(_ records: ArraySlice<UInt8>, to target: inout NodeTarget) throws(SyncError) {
    for record in KeptListing.Records(records) { add(try entry(record.dropLast()), to: &target) }
  }

  func take(
    _ changes: ArraySlice<UInt8>, _ known: KnownTarget?, into target: inout NodeTarget
  ) throws(SyncError) {
    guard let known, let records = changes.isEmpty ? [] : known.listing.applying(changes) else {
      throw bad("it tells changes of another listing than ours")
    }
    if !changes.isEmpty { target.newListing = KeptListing(records) }
    var gone = NodeTarget(state: .folder, number: 0, path: [], name: [])
    var new = gone
    for change in KeptListing.Records(changes) {
      if change.first == KeptListing.tab {
        add(try entry(change.dropFirst().dropLast()), to: &new)
      } else {
        add(try entry(change.dropLast()), to: &gone)
      }
    }
    known.fill(&target, without: gone)
    target.root = new.root ?? target.root
    target.entries += new.entries
  }

  /// `%p//%y %m %s %T@ %l`: no path that find prints has two slashes in a row, so the first two end it. Nearly in
  /// the order of the paths.
  private func entry(_ record: ArraySlice<UInt8>) throws(SyncError) -> FileEntry {
    var place = record.startIndex
    while let slash = record[place...].firstIndex(of: .slash) {
      guard slash + 1 < record.endIndex else { break }
      if record[slash + 1] == .slash {
        var rest = record[(slash + 2)...]
        let letter = word(&rest).first
        guard let mode = number(word(&rest), radix: 8), let size = number(word(&rest)),
          let mtime = nanoseconds(word(&rest)), let path = relative(record[..<slash])
        else { break }
        let bits = UInt16(truncatingIfNeeded: mode & 0o7777)
        return make(path, kind(letter), mode: bits, size, mtime, rest)
      }
      place = slash + 1
    }
    throw bad("a listed file cannot be understood")
  }
}
