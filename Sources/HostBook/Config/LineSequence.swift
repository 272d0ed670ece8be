#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The lines of a file as ssh reads them (getline(3)): without the newline, cut at a NUL byte, trailing
/// white space gone except in the first column.
struct LineSequence: Sequence, IteratorProtocol {
  private let bytes: [UInt8]
  private let hasNUL: Bool
  private var index = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    self.hasNUL = bytes.contains(0)
  }

  mutating func next() -> Bytes? {
    guard index < bytes.count else { return nil }
    let start = index
    var end = Self.newline(in: bytes, from: start)
    index = end + 1
    if hasNUL, let cut = bytes[start..<end].firstIndex(of: 0) {
      end = cut
    } else {
      end = Swift.min(end + 1, bytes.count)
    }
    return Self.trimmed(bytes[start..<end])
  }

  /// The index of the next newline, or the number of bytes.
  static func newline(in bytes: [UInt8], from start: Int) -> Int {
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress,
        let found = memchr(base + start, 10, buffer.count - start)
      else { return buffer.count }
      return UnsafeRawPointer(found) - base
    }
  }

  static func trimmed(_ line: Bytes) -> Bytes {
    var end = line.endIndex
    while end > line.startIndex + 1, line[end - 1].isDelimiter || line[end - 1] == .formFeed {
      end -= 1
    }
    return line[line.startIndex..<end]
  }
}

/// Takes the first word of a line, which names a keyword, off the rest.
enum KeywordSplit {
  /// nil for a blank line, a comment and what ssh passes over in silence; the rest may be empty.
  static func split(_ line: Bytes) -> (keyword: Bytes, rest: Bytes)? {
    var index = line.startIndex
    let end = line.endIndex
    while index < end, line[index].isDelimiter { index += 1 }
    guard index < end else { return nil }
    if line[index] == .hash { return nil }
    let start = index
    while index < end, line[index].isLetter || line[index].isDigit { index += 1 }
    guard index > start, index < end, line[index] == .space || line[index] == .tab else {
      return splitSlowly(line)
    }
    let keyword = line[start..<index]
    index = Delimiter.skipBlanks(line, from: index)
    if index < end, line[index] == .equals {
      index = Delimiter.skipBlanks(line, from: index + 1)
    }
    return (keyword, line[index..<end])
  }

  private static func splitSlowly(_ line: Bytes) -> (keyword: Bytes, rest: Bytes)? {
    var delimiter = Delimiter(line)
    guard var keyword = delimiter.take() else { return nil }
    if keyword.isEmpty {
      guard let second = delimiter.take() else { return nil }
      keyword = second
    }
    guard let first = keyword.first, first != .hash else { return nil }
    guard let rest = delimiter.rest else { return (keyword, []) }
    return (keyword, rest[Delimiter.skipBlanks(rest, from: rest.startIndex)...])
  }
}
