/// Reads the fields of ssh's binary formats (RFC 4251 section 5). nil when the bytes end too early.
struct SSHReader {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  mutating func byte() -> UInt8? { rest.popFirst() }

  mutating func uint32() -> UInt32? {
    take(4)?.reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func string() -> [UInt8]? {
    uint32().flatMap { take(Int($0)) }
  }

  mutating func text() -> String? {
    string().map { String(decoding: $0, as: UTF8.self) }
  }

  mutating func take(_ count: Int) -> [UInt8]? {
    guard count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }
}

/// Writes them.
enum SSHFields {
  static func uint32(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  static func string(_ bytes: [UInt8]) -> [UInt8] { uint32(bytes.count) + bytes }

  static func string(_ text: String) -> [UInt8] { string(Array(text.utf8)) }

  /// A positive number of big-endian bytes: no leading zeros but one where the sign would be wrong.
  static func mpint(_ number: [UInt8]) -> [UInt8] { string(positive(number)) }

  static func positive(_ number: [UInt8]) -> [UInt8] {
    let digits = number.drop { $0 == 0 }
    return (digits.first ?? 0) >= 0x80 ? [0] + digits : Array(digits)
  }
}
