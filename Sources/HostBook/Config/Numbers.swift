/// Numbers as OpenSSH and the C library read them.
enum Numbers {
  /// strtoll(3): white space, a sign, digits of `base` (0: 0x and 0 prefixes count); clamped.
  ///
  /// `end` is the index after the last digit; nil when there is no digit at all.
  static func scan(_ text: Bytes, base: Int) -> (value: Int, end: Int)? {
    var index = text.startIndex
    while index < text.endIndex, text[index].isSpace { index += 1 }
    var negative = false
    if index < text.endIndex, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
      negative = text[index] == UInt8(ascii: "-")
      index += 1
    }
    var radix = base
    let isHex =
      index + 2 < text.endIndex && text[index] == 48 && text[index + 1] | 0x20 == 120
      && text[index + 2].hexValue != nil
    if base == 0 {
      radix = isHex ? 16 : (index < text.endIndex && text[index] == 48 ? 8 : 10)
      if isHex { index += 2 }
    }
    return digits(text, from: index, radix: radix, negative: negative)
  }

  private static func digits(_ text: Bytes, from start: Int, radix: Int, negative: Bool)
    -> (value: Int, end: Int)?
  {
    var index = start
    var value = 0
    while index < text.endIndex, let digit = text[index].hexValue, digit < radix {
      let (product, overflow) = value.multipliedReportingOverflow(by: radix)
      let (sum, carried) = product.addingReportingOverflow(digit)
      value = overflow || carried ? Int.max : sum
      index += 1
    }
    guard index > start else { return nil }
    if negative { value = value == .max ? .min : -value }
    return (value, index)
  }

  /// strtonum(3): the whole text is one decimal number within `range`.
  static func number(_ text: Bytes, in range: ClosedRange<Int>) -> Int? {
    guard let (value, end) = scan(text, base: 10), end == text.endIndex, range.contains(value)
    else { return nil }
    return value
  }

  /// TIME FORMATS of sshd_config(5), in seconds: `90`, `1m30s`, `2W`.
  static func seconds(_ text: Bytes) -> Int? {
    guard !text.isEmpty else { return nil }
    var total = 0
    var rest = text
    while !rest.isEmpty {
      guard let (value, end) = scan(rest, base: 10), value >= 0 else { return nil }
      var unit = 1
      var after = end
      if end < rest.endIndex {
        switch rest[end].lowercased {
        case UInt8(ascii: "s"): unit = 1
        case UInt8(ascii: "m"): unit = 60
        case UInt8(ascii: "h"): unit = 3600
        case UInt8(ascii: "d"): unit = 86400
        case UInt8(ascii: "w"): unit = 604800
        default: return nil
        }
        after += 1
      }
      guard value <= Int(Int32.max) / unit, total <= Int(Int32.max) - value * unit else {
        return nil
      }
      total += value * unit
      rest = rest[after...]
    }
    return total
  }
}
