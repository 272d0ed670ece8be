#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where a file with holes has content; pax 1.0 for sparse files says the same in front of it (GNU tar manual,
/// "Storing Sparse Files").
struct HoleMap: Equatable, Sendable {
  struct Segment: Equatable, Sendable {
    var offset: Int64
    var count: Int64
    var end: Int64 { offset + count }
  }

  /// In order, none touching another; all but the last are whole blocks of 512 bytes.
  var segments: [Segment]
  /// Of the whole file.
  var size: Int64

  var stored: Int64 { segments.reduce(0) { $0 + $1.count } }

  /// A file that is torn more than that is sent as it is.
  private static let mostSegments = 20_000

  /// nil for a file without holes, or one whose holes cannot be told. Looks at the file itself: blocks.
  static func of(_ file: SourceFile) -> HoleMap? {
    let size = file.entry.size
    guard file.allocated < size else { return nil }
    var segments: [Segment] = []
    var position: Int64 = 0
    while position < size, segments.count <= mostSegments {
      let start = lseek(file.descriptor, off_t(position), seekData)
      guard start >= 0 else {
        // All the rest is a hole.
        if errno == ENXIO { break }
        return nil
      }
      let end = lseek(file.descriptor, start, seekHole)
      guard end > start else { return nil }
      add(from: Int64(start), to: min(Int64(end), size), of: size, &segments)
      position = Int64(end)
    }
    let map = HoleMap(segments: segments, size: size)
    lseek(file.descriptor, 0, SEEK_SET)
    return segments.count <= mostSegments && map.stored < size ? map : nil
  }

  private static func add(
    from start: Int64, to end: Int64, of size: Int64, _ segments: inout [Segment]
  ) {
    guard start < size else { return }
    let first = start / 512 * 512
    let last = min((end + 511) / 512 * 512, size)
    if let previous = segments.last, previous.end >= first {
      segments[segments.count - 1].count = max(last, previous.end) - previous.offset
    } else {
      segments.append(Segment(offset: first, count: last - first))
    }
  }

  /// What stands in front of the content in a tar, a multiple of 512 bytes.
  var header: [UInt8] {
    // The last one tells how long the file is when it ends in a hole.
    let all = segments.last?.end == size ? segments : segments + [Segment(offset: size, count: 0)]
    var text = "\(all.count)\n"
    for segment in all { text += "\(segment.offset)\n\(segment.count)\n" }
    let bytes = Array(text.utf8)
    return bytes + [UInt8](repeating: 0, count: TarHeader.padding(after: Int64(bytes.count)))
  }

  #if canImport(Glibc)
    private static let (seekData, seekHole): (CInt, CInt) = (3, 4)
  #else
    private static let (seekData, seekHole): (CInt, CInt) = (4, 3)
  #endif
}

/// Reads the map of a sparse file in a tar, byte by byte; the node that made it is not trusted.
struct HoleMapReader {
  private let size: Int64
  private var count: Int64?
  private var number: Int64?
  private var offset: Int64?
  private var segments: [HoleMap.Segment] = []
  private var seen: Int64 = 0

  init(size: Int64) { self.size = size }

  /// All that was announced was read.
  var isComplete: Bool { seen == count }

  mutating func add(_ byte: UInt8) throws {
    guard byte != UInt8(ascii: "\n") else { return try endLine() }
    guard (48...57).contains(byte), (number ?? 0) < 1 << 58 else { throw Self.odd }
    number = (number ?? 0) * 10 + Int64(byte - 48)
  }

  private mutating func endLine() throws {
    guard let value = number else { throw Self.odd }
    number = nil
    guard count != nil else {
      count = value
      return
    }
    guard let start = offset else {
      offset = value
      return
    }
    offset = nil
    seen += 1
    let before = segments.last?.end ?? 0
    guard start >= before, value <= size, start <= size - value else { throw Self.odd }
    // Between pieces of odd length tars differ about what is filled up.
    guard value == 0 || (segments.last?.count ?? 0) % 512 == 0 else { throw Self.odd }
    if value > 0 { segments.append(HoleMap.Segment(offset: start, count: value)) }
  }

  func finish() throws -> HoleMap { HoleMap(segments: segments, size: size) }

  private static let odd = TarError(reason: "an odd sparse map")
}
