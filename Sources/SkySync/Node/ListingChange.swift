import SystemPackage

/// What a push made of a listing that both sides keep. Each adds this to what it has, and the next look finds
/// nothing new: neither has to write, sort or send the whole of it again.
struct ListingChange: Equatable, Sendable {
  /// Records as `KeptListing` has them, without their NULs, sorted by their bytes.
  let gone: [[UInt8]]
  let new: [[UInt8]]
  /// SHA-256 of both: under this name the node keeps them.
  let digest: String

  private static let magic = Array("sky-change 1\n".utf8)
  /// With more than that to tell, the next look had better tell it.
  private static let mostBytes = 2 << 20
  /// More records than that are too much in any case: few are shorter.
  static let mostRecords = mostBytes / 32

  /// nil when there is nothing to tell, or too much, or the node's tools could not read it by lines.
  init?(gone: [[UInt8]], new: [[UInt8]]) {
    self.gone = gone.sorted { $0.precedes($1) }
    self.new = new.sorted { $0.precedes($1) }
    let lines = Self.lines(self.gone) + [0] + Self.lines(self.new)
    guard lines.count > 1, lines.count < Self.mostBytes,
      !(gone + new).contains(where: { $0.contains(UInt8(ascii: "\n")) })
    else { return nil }
    digest = SHA256.hex(lines)
  }

  /// After `first`, both in one; nil as above, and when they undo each other.
  func after(_ first: ListingChange?) -> ListingChange? {
    guard let first else { return self }
    let (made, lost) = (Set(first.new), Set(gone))
    let (back, again) = (Set(new), Set(first.gone))
    return ListingChange(
      gone: first.gone.filter { !back.contains($0) } + gone.filter { !made.contains($0) },
      new: first.new.filter { !lost.contains($0) } + new.filter { !again.contains($0) })
  }

  /// What the node is told before the stream: `keep KEY OLD NEW`, the bytes and lines of both lists, then the
  /// lists by lines.
  /// - Parameter old: the digest of the change that it replaces.
  func order(_ key: String, instead old: String) -> [UInt8] {
    let (old, lists) = ([key, old, digest].joined(separator: " "), [gone, new].map(Self.lines))
    let sizes = "\(lists[0].count) \(gone.count) \(lists[1].count) \(new.count)"
    return Array("keep \(old) \(sizes)\n".utf8) + lists.joined()
  }

  private static func lines(_ records: [[UInt8]]) -> [UInt8] {
    var lines: [UInt8] = []
    for record in records {
      lines += record
      lines.append(UInt8(ascii: "\n"))
    }
    return lines
  }

  /// Reads the records of `whole` less those that are gone, and with the new ones.
  func applied(to whole: RecordReader) -> RecordReader {
    var filter = Filter(whole, gone[...], new[...])
    return RecordReader { () throws(CompressionError) in try filter.piece() }
  }

  private struct Filter {
    private var records: RecordReader
    private var gone: ArraySlice<[UInt8]>
    private var new: ArraySlice<[UInt8]>

    init(_ records: RecordReader, _ gone: ArraySlice<[UInt8]>, _ new: ArraySlice<[UInt8]>) {
      (self.records, self.gone, self.new) = (records, gone, new)
    }

    /// Some records, each with its NUL; nil at the end.
    mutating func piece() throws(CompressionError) -> [UInt8]? {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(80 << 10)
      while bytes.count < 64 << 10 {
        guard let record = try records.next() else {
          for record in new { bytes += record + [0] }
          new = []
          break
        }
        while let first = new.first, first[...].precedes(record) {
          bytes += first + [0]
          new.removeFirst()
        }
        while let first = gone.first, first[...].precedes(record) { gone.removeFirst() }
        if let first = gone.first, first[...] == record { continue }
        bytes += record
        bytes.append(0)
      }
      return bytes.isEmpty ? nil : bytes
    }
  }
}

// MARK: on this machine's disk

extension ListingChange {
  /// What was made of the listing with this digest; nil when there is nothing, or nothing whole.
  static func load(_ path: FilePath, of listing: String) -> ListingChange? {
    guard let file = WholeFile.Reader(path), file.bytes(magic.count) == magic,
      file.bytes(listing.utf8.count) == Array(listing.utf8),
      let gone = records(file), let new = records(file), file.bytes(magic.count) == magic
    else { return nil }
    return ListingChange(gone: gone, new: new)
  }

  private static func records(_ file: WholeFile.Reader) -> [[UInt8]]? {
    guard let size = file.number(), size >= 0, size <= mostBytes else { return nil }
    return file.bytes(Int(size))?.split(separator: UInt8(ascii: "\n")).map { Array($0) }
  }

  func save(_ path: FilePath, of listing: String) throws {
    var bytes = Self.magic + Array(listing.utf8)
    for list in [gone, new].map(Self.lines) {
      bytes.append(number: Int64(list.count))
      bytes += list
    }
    try WholeFile.replace(path, with: bytes + Self.magic)
  }
}
