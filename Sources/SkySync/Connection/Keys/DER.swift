/// As much of DER (X.690) as private keys and signatures need.
enum DER {
  static func field(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    let count = content.count
    if count < 0x80 { return [tag, UInt8(count)] + content }
    let size = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }.drop { $0 == 0 }
    return [tag, 0x80 | UInt8(size.count)] + size + content
  }

  static func sequence(_ parts: [UInt8]...) -> [UInt8] { field(0x30, parts.flatMap { $0 }) }

  static func integer(_ number: [UInt8]) -> [UInt8] {
    let digits = SSHFields.positive(number)
    return field(0x02, digits.isEmpty ? [0] : digits)
  }

  static func octets(_ bytes: [UInt8]) -> [UInt8] { field(0x04, bytes) }

  /// The two numbers of an ECDSA signature.
  static func twoIntegers(_ bytes: [UInt8]) -> ([UInt8], [UInt8])? {
    var rest = bytes[...]
    guard let inside = content(0x30, &rest) else { return nil }
    rest = inside
    guard let first = content(0x02, &rest), let second = content(0x02, &rest) else { return nil }
    return (Array(first), Array(second))
  }

  private static func content(_ tag: UInt8, _ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard rest.popFirst() == tag, let first = rest.popFirst() else { return nil }
    var size = Int(first)
    if first >= 0x80 {
      guard first <= 0x84 else { return nil }
      size = 0
      for _ in 0..<(first & 0x7f) {
        guard let digit = rest.popFirst() else { return nil }
        size = size << 8 | Int(digit)
      }
    }
    guard size <= rest.count else { return nil }
    defer { rest = rest.dropFirst(size) }
    return rest.prefix(size)
  }
}
