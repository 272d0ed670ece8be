/// A set of bytes, for `[…]`.
struct ByteSet: Equatable, Sendable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  static func == (left: ByteSet, right: ByteSet) -> Bool { left.words == right.words }

  @inline(__always)
  func contains(_ byte: UInt8) -> Bool {
    let word =
      switch byte >> 6 {
      case 0: words.0
      case 1: words.1
      case 2: words.2
      default: words.3
      }
    return word >> UInt64(byte & 63) & 1 == 1
  }

  mutating func insert(_ byte: UInt8) {
    let bit: UInt64 = 1 << UInt64(byte & 63)
    switch byte >> 6 {
    case 0: words.0 |= bit
    case 1: words.1 |= bit
    case 2: words.2 |= bit
    default: words.3 |= bit
    }
  }

  mutating func insert(where test: (UInt8) -> Bool) {
    for byte in UInt8.min...UInt8.max where test(byte) { insert(byte) }
  }

  var inverted: ByteSet {
    var result = self
    result.words = (~words.0, ~words.1, ~words.2, ~words.3)
    return result
  }
}

extension ByteSet {
  /// The bytes of a POSIX class (`alpha` of `[[:alpha:]]`) in the C locale; nil for an unknown name.
  static func posix(_ name: ArraySlice<UInt8>, foldsCase: Bool) -> ((UInt8) -> Bool)? {
    let isLower: (UInt8) -> Bool = { (97...122).contains($0) }
    let isUpper: (UInt8) -> Bool = { (65...90).contains($0) }
    let isDigit: (UInt8) -> Bool = { (48...57).contains($0) }
    let isAlpha: (UInt8) -> Bool = { isLower($0) || isUpper($0) }
    switch String(decoding: name, as: UTF8.self) {
    case "alnum": return { isAlpha($0) || isDigit($0) }
    case "alpha": return isAlpha
    case "blank": return { $0 == 32 || $0 == 9 }
    case "cntrl": return { $0 < 32 || $0 == 127 }
    case "digit": return isDigit
    case "graph": return { (33...126).contains($0) }
    case "lower": return isLower
    case "print": return { (32...126).contains($0) }
    case "punct": return { (33...126).contains($0) && !isAlpha($0) && !isDigit($0) }
    // git's own table: neither vertical tab nor form feed.
    case "space": return { $0 == 32 || $0 == 9 || $0 == 10 || $0 == 13 }
    case "upper": return { isUpper($0) || (foldsCase && isLower($0)) }
    case "xdigit": return { isDigit($0) || (65...70).contains($0) || (97...102).contains($0) }
    default: return nil
    }
  }
}
