#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Takes bytes that come piece by piece apart at their NULs; holds a piece or two.
struct RecordReader {
  private var bytes: [UInt8]
  private var position = 0
  private var isOver = false
  private let more: () throws(CompressionError) -> [UInt8]?

  /// - Parameter more: the next piece, nil at the end. Copies of the reader share it: one of them is to be used.
  init(_ more: @escaping () throws(CompressionError) -> [UInt8]?) {
    bytes = []
    self.more = more
  }

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    more = { () throws(CompressionError) in nil }
  }

  /// The next record without its NUL; nil when there is none, or its NUL is missing.
  mutating func next() throws(CompressionError) -> ArraySlice<UInt8>? {
    var searched = position
    while true {
      if let end = zero(from: searched) {
        defer { position = end + 1 }
        return bytes[position..<end]
      }
      searched = bytes.count - position
      guard try refill() else { return nil }
    }
  }

  /// The first byte of the next record.
  mutating func peek() throws(CompressionError) -> UInt8? {
    while position == bytes.count {
      guard try refill() else { return nil }
    }
    return bytes[position]
  }

  private func zero(from start: Int) -> Int? {
    bytes.withUnsafeBytes { all in
      guard start < all.count, let base = all.baseAddress else { return nil }
      return memchr(base + start, 0, all.count - start).map { UnsafeRawPointer($0) - base }
    }
  }

  /// Moves what is left to the front and adds a piece; false at the end.
  private mutating func refill() throws(CompressionError) -> Bool {
    guard !isOver else { return false }
    guard let piece = try more() else {
      isOver = true
      return false
    }
    bytes.removeFirst(position)
    position = 0
    bytes += piece
    return true
  }
}
