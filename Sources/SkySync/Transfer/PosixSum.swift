import CIsal

/// The checksum of POSIX `cksum`: what a node says about a part of a file.
struct PosixSum {
  /// The remainder of what came, before its length is added.
  private(set) var remainder: UInt32 = 0
  private var length: Int64 = 0

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    // ISA-L inverts what goes in and what comes out.
    remainder = ~crc32_ieee(
      ~remainder, bytes.bindMemory(to: UInt8.self).baseAddress, UInt64(bytes.count))
    length += Int64(bytes.count)
  }

  /// Adds a part of which only the remainder is known.
  mutating func append(_ part: UInt32, length: Int64) {
    remainder = Self.times(remainder, Self.shift(by: length)) ^ part
    self.length += length
  }

  /// The value that `cksum` prints for all that came.
  var value: UInt32 {
    let digits = withUnsafeBytes(of: length.littleEndian) { bytes in
      Array(bytes[..<(bytes.lastIndex { $0 != 0 } ?? -1).advanced(by: 1)])
    }
    var sum = self
    digits.withUnsafeBytes { sum.update($0) }
    return ~sum.remainder
  }

  /// What a remainder is multiplied with when that many bytes follow.
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
