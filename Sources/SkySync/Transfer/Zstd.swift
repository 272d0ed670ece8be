import CArchive

/// Why bytes could not be compressed or decompressed: libarchive's own words.
struct CompressionError: Error, Equatable {
  var reason: String

  init(_ archive: OpaquePointer?) {
    reason = archive.flatMap { archive_error_string($0) }.map { String(cString: $0) } ?? "no memory"
  }

  init(reason: String) { self.reason = reason }
}

enum Zstd {
  /// Gives the bytes that what `compressed` gives stands for, piece by piece, at most `limit` of them.
  static func pieces(
    of compressed: @escaping () -> [UInt8]?, limit: Int
  ) throws(CompressionError) -> () throws(CompressionError) -> [UInt8]? {
    let reader = try ZstdReader(compressed)
    try reader.open()
    var left = limit
    return { () throws(CompressionError) in
      guard let piece = try reader.next() else { return nil }
      left -= piece.count
      guard left >= 0 else { throw CompressionError(reason: "more than \(limit) bytes") }
      return Array(piece)
    }
  }
}
