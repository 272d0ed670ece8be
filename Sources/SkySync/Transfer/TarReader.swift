/// Why a stream is no tar.
struct TarError: Error, Equatable {
  var reason: String
}

/// Reads a tar stream (ustar, GNU long names, pax paths, sizes and times), whatever its names' bytes are.
///
/// The stream may come from a hostile node: every number is checked, headers are bounded, nothing is trusted.
struct TarReader {
  struct Member: Equatable {
    var name: [UInt8]
    /// The type letter: `0` a file, `1` a hard link, `2` a link, `5` a folder.
    var type: UInt8
    var size: Int64
    /// Nanoseconds since 1970.
    var mtime: Int64
    var mode: UInt16
    var linkTarget: [UInt8]
    /// Of a file with holes: `read` gives what lies between them.
    var holes: HoleMap?
  }

  private let more: () throws -> UnsafeRawBufferPointer?
  private var piece = UnsafeRawBufferPointer(start: nil, count: 0)
  private var left: Int64 = 0
  private var padding = 0
  private var afterZeros = false
  /// What nobody asked for: content that was not read, and the zeros between archives.
  private var skipped: Int64 = 0
  private let mostSkipped: Int64
  private let mostHeader: Int64 = 1 << 20
  private let mostMap = 8 << 20

  /// - Parameters:
  ///   - more: the next piece of the stream, valid until the next call; nil at the end.
  ///   - mostSkipped: how much may come that is not read; a stream with more is without end.
  init(
    mostSkipped: Int64 = .max, _ more: @escaping () throws -> UnsafeRawBufferPointer?
  ) {
    self.more = more
    self.mostSkipped = mostSkipped
  }

  /// The next file, link or folder; what was not read of the last one is skipped. nil at the stream's end,
  /// which may hold several archives one after the other.
  mutating func next() throws -> Member? {
    var name: [UInt8]?
    var target: [UInt8]?
    var pax = Pax()
    while true {
      try skipRest()
      guard try !isAtEnd() else { return nil }
      guard let header = try Header(try take(512)) else {
        afterZeros = true
        try skip(512)
        continue
      }
      afterZeros = false
      switch header.type {
      case UInt8(ascii: "L"): name = try text(header.size)
      case UInt8(ascii: "K"): target = try text(header.size)
      case UInt8(ascii: "x"): try pax.read(try content(header.size))
      case UInt8(ascii: "g"): _ = try content(header.size)
      default:
        // A link's or folder's size, if it has one, is not followed by content.
        let hasContent = ![UInt8(ascii: "1"), UInt8(ascii: "2"), UInt8(ascii: "5")].contains(
          header.type)
        let size = hasContent ? pax.size ?? header.size : 0
        guard size >= 0 else { throw TarError(reason: "a negative size") }
        left = size
        padding = TarHeader.padding(after: size)
        var member = Member(
          name: pax.realName ?? pax.path ?? name ?? header.name, type: header.type, size: size,
          mtime: pax.mtime ?? header.mtime, mode: header.mode,
          linkTarget: pax.linkPath ?? target ?? header.linkTarget)
        if pax.isSparse, hasContent {
          let holes = try holeMap(pax)
          member.holes = holes
          member.size = holes.size
        }
        return member
      }
    }
  }

  /// The next piece of the last member's content, valid until the next call; nil at its end.
  mutating func read() throws -> UnsafeRawBufferPointer? {
    guard left > 0 else { return nil }
    try fill()
    let count = Int(min(left, Int64(piece.count)))
    let part = UnsafeRawBufferPointer(rebasing: piece[..<count])
    piece = UnsafeRawBufferPointer(rebasing: piece[count...])
    left -= Int64(count)
    return part
  }

  /// The map in front of a sparse file's content: lines of a count, and of so many offsets and lengths.
  private mutating func holeMap(_ pax: Pax) throws -> HoleMap {
    guard pax.sparseMajor == "1", pax.sparseMinor == "0", let size = pax.realSize, size >= 0 else {
      throw TarError(reason: "an odd sparse file")
    }
    var map = HoleMapReader(size: size)
    var used = 0
    while !map.isComplete {
      guard left >= 512, used < mostMap else { throw TarError(reason: "an odd sparse map") }
      let block = try take(512)
      left -= 512
      used += 512
      for byte in block where !map.isComplete { try map.add(byte) }
    }
    let holes = try map.finish()
    guard holes.stored == left else { throw TarError(reason: "an odd sparse map") }
    return holes
  }

  /// Whether the stream ends here, which it may only do after an archive's closing zeros.
  private mutating func isAtEnd() throws -> Bool {
    while afterZeros, piece.isEmpty {
      guard let next = try more() else { return true }
      piece = next
    }
    return false
  }

  private mutating func fill() throws {
    while piece.isEmpty {
      guard let next = try more() else { throw TarError(reason: "the stream is cut off") }
      piece = next
    }
  }

  private mutating func skipRest() throws {
    while let piece = try read() { try skip(Int64(piece.count)) }
    _ = try take(padding)
    padding = 0
  }

  private mutating func skip(_ count: Int64) throws {
    skipped += count
    guard skipped <= mostSkipped else { throw TarError(reason: "more comes than was asked for") }
  }

  private mutating func take(_ count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      try fill()
      let part = piece.prefix(count - bytes.count)
      bytes += part
      piece = UnsafeRawBufferPointer(rebasing: piece[part.count...])
    }
    return bytes
  }

  private mutating func content(_ size: Int64) throws -> [UInt8] {
    guard size >= 0, size <= mostHeader else { throw TarError(reason: "a header without end") }
    let bytes = try take(Int(size))
    _ = try take(TarHeader.padding(after: size))
    return bytes
  }

  private mutating func text(_ size: Int64) throws -> [UInt8] {
    let bytes = try content(size)
    return Array(bytes.prefix { $0 != 0 })
  }
}

/// One 512-byte block that names a member.
private struct Header {
  let name: [UInt8]
  let type: UInt8
  let mode: UInt16
  let size: Int64
  let mtime: Int64
  let linkTarget: [UInt8]

  /// nil for the zeros at the end.
  init?(_ block: [UInt8]) throws {
    if block.allSatisfy({ $0 == 0 }) { return nil }
    var sum: Int64 = 0
    for (index, byte) in block.enumerated() {
      sum += (148..<156).contains(index) ? 32 : Int64(byte)
    }
    guard try Self.number(block[148..<156]) == sum else {
      throw TarError(reason: "a damaged header")
    }
    let prefix = Self.text(block[345..<500])
    let isPosix = block[257..<263].elementsEqual(Array("ustar\0".utf8))
    let plain = Self.text(block[0..<100])
    name = isPosix && !prefix.isEmpty ? prefix.joined(plain) : plain
    type = block[156] == 0 ? UInt8(ascii: "0") : block[156]
    mode = UInt16(truncatingIfNeeded: try Self.number(block[100..<108]) & 0o7777)
    size = try Self.number(block[124..<136])
    let seconds = try Self.number(block[136..<148])
    guard seconds.magnitude <= 9_000_000_000 else { throw TarError(reason: "an odd time") }
    mtime = seconds * 1_000_000_000
    linkTarget = Self.text(block[157..<257])
  }

  private static func text(_ field: ArraySlice<UInt8>) -> [UInt8] {
    Array(field.prefix { $0 != 0 })
  }

  /// Octal digits, or GNU's big-endian binary marked by the first bit.
  private static func number(_ field: ArraySlice<UInt8>) throws -> Int64 {
    if let first = field.first, first & 0x80 != 0 {
      var value = Int64(first & 0x7f)
      if first & 0x40 != 0 { value -= 0x80 }
      for byte in field.dropFirst() {
        let (shifted, overflow) = value.multipliedReportingOverflow(by: 256)
        guard !overflow else { throw TarError(reason: "an odd number") }
        value = shifted + Int64(byte)
      }
      return value
    }
    var value: Int64 = 0
    for byte in field.drop(while: { $0 == 32 }) {
      guard byte >= 48, byte <= 55 else {
        guard byte == 0 || byte == 32 else { throw TarError(reason: "an odd number") }
        break
      }
      value = value << 3 | Int64(byte - 48)
    }
    return value
  }
}

/// The records of one pax header that matter here.
private struct Pax {
  var path: [UInt8]?
  var linkPath: [UInt8]?
  var size: Int64?
  var mtime: Int64?
  /// Of a sparse file: its own name and size, and the map's version.
  var realName: [UInt8]?
  var realSize: Int64?
  var sparseMajor: String?
  var sparseMinor: String?
  var isSparse = false

  mutating func read(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let space = rest.firstIndex(of: 32),
        let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
        length > space - rest.startIndex + 1, length <= rest.count
      else { throw TarError(reason: "an odd pax record") }
      let record = rest[(space + 1)..<(rest.startIndex + length)].dropLast()
      rest = rest.dropFirst(length)
      guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let value = record[(equals + 1)...]
      let key = String(decoding: record[..<equals], as: UTF8.self)
      if key.hasPrefix("GNU.sparse.") { isSparse = true }
      switch key {
      case "GNU.sparse.major": sparseMajor = String(decoding: value, as: UTF8.self)
      case "GNU.sparse.minor": sparseMinor = String(decoding: value, as: UTF8.self)
      case "GNU.sparse.realsize": realSize = Int64(String(decoding: value, as: UTF8.self))
      case "GNU.sparse.name": realName = Array(value)
      case "path": path = Array(value)
      case "linkpath": linkPath = Array(value)
      case "size": size = Int64(String(decoding: value, as: UTF8.self))
      case "mtime": mtime = Self.time(value)
      default: break
      }
    }
  }

  /// `-1.5` is a second and a half before 1970.
  private static func time(_ value: ArraySlice<UInt8>) -> Int64? {
    let isNegative = value.first == UInt8(ascii: "-")
    let parts = (isNegative ? value.dropFirst() : value).split(
      separator: UInt8(ascii: "."), maxSplits: 1)
    guard let first = parts.first, let seconds = Int64(String(decoding: first, as: UTF8.self)),
      seconds >= 0, seconds <= 9_000_000_000
    else { return nil }
    var fraction: Int64 = 0
    var digits = parts.count > 1 ? parts[1].prefix(9) : []
    for _ in 0..<9 {
      let byte = digits.popFirst() ?? 48
      guard byte >= 48, byte <= 57 else { return nil }
      fraction = fraction * 10 + Int64(byte - 48)
    }
    let time = seconds * 1_000_000_000 + fraction
    return isNegative ? -time : time
  }
}
