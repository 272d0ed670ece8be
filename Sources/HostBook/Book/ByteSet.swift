/// Which of the 128 ASCII bytes something may hold; bytes above are never in it.
struct ByteSet: Sendable {
  private let low: UInt64
  private let high: UInt64

  static let letters = ByteSet("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
  static let alphanumeric = letters + "0123456789"

  init(_ characters: String) {
    var (low, high): (UInt64, UInt64) = (0, 0)
    for byte in characters.utf8 where byte < 128 {
      if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte - 64) }
    }
    self.init(low: low, high: high)
  }

  private init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  static func + (set: ByteSet, characters: String) -> ByteSet {
    let more = ByteSet(characters)
    return ByteSet(low: set.low | more.low, high: set.high | more.high)
  }

  @inline(__always)
  func contains(_ byte: UInt8) -> Bool {
    switch byte {
    case 0..<64: low >> UInt64(byte) & 1 == 1
    case 64..<128: high >> UInt64(byte - 64) & 1 == 1
    default: false
    }
  }

  func holds(_ text: some Sequence<UInt8>) -> Bool {
    for byte in text where !contains(byte) { return false }
    return true
  }
}
