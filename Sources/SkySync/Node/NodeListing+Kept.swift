import SystemPackage

/// What was kept of the last look at a target, read.
struct KnownTarget: Sendable {
  let listing: KeptListing
  private let root: FileEntry?
  private let entries: EntryList

  /// nil where nothing was kept, or it is no listing.
  static func all(_ kept: [KeptListing?]) async -> [KnownTarget?] {
    kept.map { listing in listing.flatMap { try? KnownTarget($0) } }
  }

  private init(_ listing: KeptListing) throws(SyncError) {
    var found = FoundEntries()
    let parser = NodeListing(RecordReader([]), "here")
    var reader = listing.reader
    while let record = try parser.checked({ () throws(CompressionError) in try reader.next() }) {
      found.add(try parser.entry(record))
    }
    self.listing = listing
    root = found.root
    entries = found.sorter.finish()
  }

  /// Gives `target` what was known, less the entries at the paths of `gone`, and with those of `new`.
  func fill(
    _ target: inout NodeTarget, without gone: inout FoundEntries, with new: inout FoundEntries
  ) {
    target.root = new.root ?? (gone.root == nil ? root : nil)
    let (lost, added) = (gone.sorter.finish(), new.sorter.finish())
    target.entries = lost.isEmpty ? entries : entries.without(lost)
    if !added.isEmpty { target.entries = target.entries.merged(with: added) }
  }
}

/// Entries as they are listed.
struct FoundEntries {
  var root: FileEntry?
  var sorter = EntrySorter()

  mutating func add(_ entry: FileEntry) {
    if entry.path.isEmpty { root = entry } else { sorter.append(entry) }
  }
}

/// Sorted records: all of them after `S`, or after `C` what `comm -z -3` of the kept and the present ones says.
extension NodeListing {
  /// All records of a target, up to its last line.
  mutating func addAll(
    to found: inout FoundEntries, keepingBesides manifest: FilePath?
  ) throws(SyncError) -> KeptListing? {
    let writer = manifest.flatMap { KeptFile.writer(besides: $0) }
    while let record = try recordBeforeEnd() {
      writer?.append(record)
      found.add(try entry(record))
    }
    return writer?.finish()
  }

  /// What differs from what is known, up to the target's last line.
  mutating func addChanges(
    of known: KnownTarget?, to target: inout NodeTarget, keepingBesides manifest: FilePath?
  ) throws(SyncError) {
    let misfit = "it tells changes of another listing than ours"
    guard let known else { throw bad(misfit) }
    var (gone, new) = (FoundEntries(), FoundEntries())
    var writer: ListingWriter?
    var changes: ListingChanges?
    while let change = try recordBeforeEnd() {
      if changes == nil {
        let fresh = manifest.flatMap { KeptFile.writer(besides: $0) }
        writer = fresh
        changes = try checked { () throws(CompressionError) in
          try ListingChanges(of: known.listing) { fresh?.append($0) }
        }
      }
      let fits = try checked { () throws(CompressionError) in
        try changes?.apply(change) ?? false
      }
      guard fits else { throw bad(misfit) }
      if change.first == KeptListing.tab {
        new.add(try entry(change.dropFirst()))
      } else {
        gone.add(try entry(change))
      }
    }
    try checked { () throws(CompressionError) in try changes?.finish() }
    target.newListing = writer?.finish()
    target.listing = changes == nil ? known.listing : target.newListing
    known.fill(&target, without: &gone, with: &new)
  }

  private mutating func recordBeforeEnd() throws(SyncError) -> ArraySlice<UInt8>? {
    try peek() == UInt8(ascii: "E") ? nil : try field()
  }

  /// `%p//%y %m %s %T@ %l`: no path that find prints has two slashes in a row, so the first two end it. Nearly in
  /// the order of the paths.
  func entry(_ record: ArraySlice<UInt8>) throws(SyncError) -> FileEntry {
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
