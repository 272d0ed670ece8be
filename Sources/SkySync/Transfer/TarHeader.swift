/// The blocks that stand before a member's content in a tar stream (POSIX pax, with GNU long names).
///
/// Times with nanoseconds and huge sizes go into pax records; long names into GNU `L` and `K` members, for
/// these take any bytes, while a pax path has to be UTF-8, and BusyBox reads only the former.
struct TarHeader {
  enum Kind: UInt8 {
    case file = 0x30
    case hardLink = 0x31
    case link = 0x32
    case folder = 0x35
  }

  var name: [UInt8]
  var kind: Kind
  var mode: UInt16
  var size: Int64 = 0
  /// Nanoseconds since 1970.
  var mtime: Int64
  var linkTarget: [UInt8] = []
  /// Of a file with holes; `size` counts what is stored of it, the map included.
  var holes: HoleMap?

  /// What a stream ends with.
  static let end = [UInt8](repeating: 0, count: 1024)

  /// How many zero bytes follow a content of `size` bytes.
  static func padding(after size: Int64) -> Int { Int((512 - size % 512) % 512) }

  var blocks: [UInt8] {
    var blocks: [UInt8] = []
    // What a file with nanoseconds and a short name takes.
    blocks.reserveCapacity(1536)
    if linkTarget.count > 100 { Self.addLong(UInt8(ascii: "K"), linkTarget, to: &blocks) }
    if name.count > 100 { Self.addLong(UInt8(ascii: "L"), name, to: &blocks) }
    let records = paxRecords
    if !records.isEmpty {
      let size = Int64(records.count)
      Self.addBlock(Self.paxName, type: UInt8(ascii: "x"), mode: 0o600, size: size, to: &blocks)
      blocks += records
      blocks += repeatElement(0, count: Self.padding(after: size))
    }
    Self.addBlock(
      name, type: kind.rawValue, mode: mode, size: size, seconds: seconds, link: linkTarget,
      to: &blocks)
    return blocks
  }

  private static let paxName = Array("pax".utf8)
  private static let longName = Array("././@LongLink".utf8)

  private var seconds: Int64 {
    (mtime - nanoseconds) / 1_000_000_000
  }

  private var nanoseconds: Int64 {
    let rest = mtime % 1_000_000_000
    return rest < 0 ? rest + 1_000_000_000 : rest
  }

  private static let largest: Int64 = 0o77_777_777_777

  private var paxRecords: [UInt8] {
    var records: [UInt8] = []
    if nanoseconds != 0 || seconds < 0 || seconds > Self.largest {
      let fraction = String(mtime.magnitude % 1_000_000_000)
      let zeros = String(repeating: "0", count: 9 - fraction.count)
      let sign = mtime < 0 ? "-" : ""
      records += Self.record(
        "mtime=\(sign)\(mtime.magnitude / 1_000_000_000).\(zeros)\(fraction)\n")
    }
    if let holes {
      records += Self.record("GNU.sparse.major=1\n") + Self.record("GNU.sparse.minor=0\n")
      records += Self.record("GNU.sparse.realsize=\(holes.size)\n")
    }
    if size > Self.largest { records += Self.record("size=\(size)\n") }
    return records
  }

  /// `LENGTH text`, where LENGTH counts itself.
  private static func record(_ text: String) -> [UInt8] {
    var length = text.utf8.count + 2
    while "\(length) ".utf8.count + text.utf8.count != length { length += 1 }
    return Array("\(length) \(text)".utf8)
  }

  private static func addLong(_ type: UInt8, _ text: [UInt8], to blocks: inout [UInt8]) {
    let size = Int64(text.count + 1)
    addBlock(longName, type: type, mode: 0, size: size, to: &blocks)
    blocks += text
    blocks += repeatElement(0, count: 1 + padding(after: size))
  }

  private static func addBlock(
    _ name: [UInt8], type: UInt8, mode: UInt16, size: Int64, seconds: Int64 = 0,
    link: [UInt8] = [], to blocks: inout [UInt8]
  ) {
    let start = blocks.count
    blocks += repeatElement(0, count: 512)
    blocks.withUnsafeMutableBufferPointer { blocks in
      let block = UnsafeMutableBufferPointer(rebasing: blocks[start...])
      put(name.prefix(100), at: 0, in: block)
      octal(Int64(mode), at: 100, digits: 7, in: block)
      octal(0, at: 108, digits: 7, in: block)
      octal(0, at: 116, digits: 7, in: block)
      octal(size > largest ? 0 : size, at: 124, digits: 11, in: block)
      octal(seconds < 0 || seconds > largest ? 0 : seconds, at: 136, digits: 11, in: block)
      block[156] = type
      put(link.prefix(100), at: 157, in: block)
      put(magic[...], at: 257, in: block)
      var sum = 8 * UInt32(UInt8(ascii: " "))
      for byte in block { sum &+= UInt32(byte) }
      octal(Int64(sum), at: 148, digits: 6, in: block)
      block[155] = UInt8(ascii: " ")
    }
  }

  private static let magic = Array("ustar\u{0}00".utf8)

  private static func put(
    _ bytes: ArraySlice<UInt8>, at offset: Int, in block: UnsafeMutableBufferPointer<UInt8>
  ) {
    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(block)[offset...])
      .copyBytes(from: bytes)
  }

  private static func octal(
    _ value: Int64, at offset: Int, digits: Int, in block: UnsafeMutableBufferPointer<UInt8>
  ) {
    var rest = value
    for index in stride(from: digits - 1, through: 0, by: -1) {
      block[offset + index] = UInt8(ascii: "0") + UInt8(rest & 7)
      rest >>= 3
    }
  }
}
