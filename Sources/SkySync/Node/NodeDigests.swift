/// SHA-256 of files on a node, in the order in which it tells them: beyond a megabyte they wait on disk.
struct NodeDigests: Sendable {
  /// The digest in lower-case hex, the path and a NUL for each.
  private var records = Spool(most: 1 << 20)
  private(set) var count = 0
  static let length = 64

  /// - Parameter digest: of `length` digits.
  mutating func append(_ digest: some Sequence<UInt8>, of path: [UInt8]) {
    records.append(Array(digest) + path + [0])
    count += 1
  }

  /// Gives each to `body`; throws when one cannot be read back, which must not pass for a file without one.
  func forEach(_ body: (_ path: [UInt8], _ digest: ArraySlice<UInt8>) -> Void) throws(SyncError) {
    let next = records.reader()
    var reader = RecordReader { () throws(CompressionError) in next() }
    var left = count
    while let record = try? reader.next() {
      body(Array(record.dropFirst(Self.length)), record.prefix(Self.length))
      left -= 1
    }
    guard left == 0 else {
      throw SyncError(.cannotWrite, "checksums", "could not be read back from the temporary folder")
    }
  }
}
