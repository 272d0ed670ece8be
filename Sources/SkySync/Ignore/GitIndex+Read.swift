import SystemPackage

extension GitIndex {
  /// Why an index cannot be used.
  struct Failure: Error {
    var reason: String
  }

  /// An empty one when there is none yet. A split index is read with the one it builds on: the union is a
  /// little too large, which does no harm to who asks about files that exist.
  static func read(_ source: TrackedSource, files: some FileReading) throws(Failure) -> GitIndex {
    guard let content = try find(source.index, files) else { return GitIndex() }
    var reader = GitIndexReader(content, hashSize: source.hashSize)
    try reader.read()
    if let base = reader.base {
      let name = "sharedindex." + base.map(hex).joined()
      let path = source.index.removingLastComponent().appending(name)
      guard let content = try find(path, files) else { throw Failure(reason: "no \(name)") }
      var shared = GitIndexReader(content, hashSize: source.hashSize)
      try shared.read()
      reader.paths += shared.paths
    }
    return GitIndex(reader.paths)
  }

  private static func find(
    _ path: FilePath, _ files: some FileReading
  ) throws(Failure) -> [UInt8]? {
    do throws(Errno) {
      return try files.content(path)
    } catch .noSuchFileOrDirectory {
      return nil
    } catch {
      throw Failure(reason: error.description)
    }
  }

  private static func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}

/// Reads an index file. Format: gitformat-index(5), versions 2, 3 and 4.
struct GitIndexReader {
  var paths: [[UInt8]] = []
  /// The object name of the index that this one builds on (the `link` extension).
  var base: ArraySlice<UInt8>?
  private let bytes: [UInt8]
  private let hashSize: Int
  private var at = 0

  init(_ bytes: [UInt8], hashSize: Int) {
    self.bytes = bytes
    self.hashSize = hashSize
  }

  mutating func read() throws(GitIndex.Failure) {
    guard bytes.starts(with: Array("DIRC".utf8)) else { throw failure("it is no git index") }
    at = 4
    let version = try number(4)
    guard (2...4).contains(version) else { throw failure("unknown index version \(version)") }
    let count = try number(4)
    // An entry has more than 60 bytes: a count that cannot be is not believed.
    guard count <= bytes.count / 42 else { throw failure("the index is damaged") }
    paths.reserveCapacity(count)
    for _ in 0..<count {
      let path = try entry(version: version)
      // A split index leaves the names of replaced entries out.
      if !path.isEmpty { paths.append(path) }
    }
    try readExtensions()
  }

  private mutating func entry(version: Int) throws(GitIndex.Failure) -> [UInt8] {
    let start = at
    try skip(40 + hashSize)
    let flags = try number(2)
    if version >= 3, flags & 0x4000 != 0 { try skip(2) }
    guard version == 4 else {
      let path = Array(try text())
      at = start + (at - start + 7) / 8 * 8
      return path
    }
    let dropped = try offset()
    let last = paths.last ?? []
    guard dropped <= last.count else { throw failure("the index is damaged") }
    return try Array(last.dropLast(dropped)) + text()
  }

  /// Up to a NUL, and over it.
  private mutating func text() throws(GitIndex.Failure) -> ArraySlice<UInt8> {
    guard at < bytes.count, let end = bytes[at...].firstIndex(of: 0) else {
      throw failure("the index is cut short")
    }
    defer { at = end + 1 }
    return bytes[at..<end]
  }

  private mutating func readExtensions() throws(GitIndex.Failure) {
    while at + 8 + hashSize <= bytes.count {
      let name = bytes[at..<(at + 4)]
      at += 4
      let length = try number(4)
      let start = at
      try skip(length)
      if name.elementsEqual("link".utf8), length >= hashSize {
        base = bytes[start..<(start + hashSize)]
      }
    }
  }

  private mutating func number(_ count: Int) throws(GitIndex.Failure) -> Int {
    let start = at
    try skip(count)
    return bytes[start..<at].reduce(0) { $0 << 8 | Int($1) }
  }

  /// The variable-length number of pack files' offset deltas.
  private mutating func offset() throws(GitIndex.Failure) -> Int {
    var byte = try number(1)
    var value = byte & 127
    while byte & 128 != 0 {
      byte = try number(1)
      guard value < 1 << 40 else { throw failure("the index is damaged") }
      value = (value + 1) << 7 | (byte & 127)
    }
    return value
  }

  private mutating func skip(_ count: Int) throws(GitIndex.Failure) {
    guard bytes.count - at >= count else { throw failure("the index is cut short") }
    at += count
  }

  private func failure(_ reason: String) -> GitIndex.Failure { GitIndex.Failure(reason: reason) }
}
