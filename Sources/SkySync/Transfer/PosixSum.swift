/// The checksum of POSIX `cksum`: what a node says about a part of a file.
struct PosixSum {
  private var crc: UInt32 = 0
  private var length: UInt64 = 0

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    length += UInt64(bytes.count)
    let whole = bytes.count & ~15
    Self.tables.withUnsafeBufferPointer { tables in
      var crc = crc
      var place = 0
      while place < whole {
        let one = word(bytes, place) ^ crc
        crc = four(tables, 12, one) ^ four(tables, 8, word(bytes, place + 4))
        crc ^= four(tables, 4, word(bytes, place + 8)) ^ four(tables, 0, word(bytes, place + 12))
        place += 16
      }
      for byte in bytes[whole...] { crc = crc << 8 ^ tables[Int(crc >> 24) ^ Int(byte)] }
      self.crc = crc
    }
  }

  /// The value that `cksum` prints for all that came.
  var value: UInt32 {
    var sum = self
    var rest = length
    while rest > 0 {
      sum.crc = sum.crc << 8 ^ Self.tables[Int(sum.crc >> 24) ^ Int(rest & 0xff)]
      rest >>= 8
    }
    return ~sum.crc
  }

  @inline(__always)
  private func word(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> UInt32 {
    UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
  }

  /// What four bytes do to the checksum when `first` bytes of the sixteen follow them.
  @inline(__always)
  private func four(
    _ tables: UnsafeBufferPointer<UInt32>, _ first: Int, _ word: UInt32
  ) -> UInt32 {
    tables[(first + 3) << 8 | Int(word >> 24)] ^ tables[(first + 2) << 8 | Int(word >> 16 & 0xff)]
      ^ tables[(first + 1) << 8 | Int(word >> 8 & 0xff)] ^ tables[first << 8 | Int(word & 0xff)]
  }

  /// Sixteen tables of 256: table K tells what a byte does when K more bytes follow it.
  private static let tables: [UInt32] = {
    var tables = (0..<256).map { index in
      (0..<8).reduce(UInt32(index) << 24) { crc, _ in
        crc << 1 ^ (crc & 0x8000_0000 == 0 ? 0 : 0x04c1_1db7)
      }
    }
    for index in 256..<4096 {
      let before = tables[index - 256]
      tables.append(before << 8 ^ tables[Int(before >> 24)])
    }
    return tables
  }()
}

// MARK: sums of parts

extension PosixSum {
  /// The value of the whole of which these are the parts, one behind the other.
  static func value(of parts: [(value: UInt32, length: Int64)]) -> UInt32 {
    var sum = PosixSum()
    for part in parts {
      let moved = times(sum.crc, shift(by: part.length))
      sum.crc = moved ^ open(part.value, length: part.length)
      sum.length += UInt64(part.length)
    }
    return sum.value
  }

  /// The state before the length was added to it.
  private static func open(_ value: UInt32, length: Int64) -> UInt32 {
    var bytes: [UInt32] = []
    var rest = length
    while rest > 0 {
      bytes.append(UInt32(rest & 0xff))
      rest >>= 8
    }
    return bytes.reversed().reduce(~value) { crc, byte in
      // Each ends in another byte.
      let index = (0..<256).first { tables[$0] & 0xff == crc & 0xff } ?? 0
      return (crc ^ tables[index]) >> 8 | (UInt32(index) ^ byte) << 24
    }
  }

  /// What a state is multiplied with when that many bytes follow.
  private static func shift(by bytes: Int64) -> UInt32 {
    var (factor, power, rest) = (UInt32(1), UInt32(0x100), bytes)
    while rest > 0 {
      if rest & 1 == 1 { factor = times(factor, power) }
      power = times(power, power)
      rest >>= 1
    }
    return factor
  }

  /// The product of two polynomials over GF(2), modulo that of `cksum`.
  private static func times(_ one: UInt32, _ other: UInt32) -> UInt32 {
    var (product, power) = (UInt32(0), one)
    for bit in 0..<32 {
      if other >> bit & 1 == 1 { product ^= power }
      power = power << 1 ^ (power & 0x8000_0000 == 0 ? 0 : 0x04c1_1db7)
    }
    return product
  }
}
