extension Numbers {
  /// scan_scaled(3) of OpenBSD: `1G`, `1.5k`, with binary units up to E; nil for what it refuses.
  static func scaled(_ text: Bytes) -> Int? {
    var index = text.startIndex
    while index < text.endIndex, text[index].isSpace { index += 1 }
    var sign = 0
    while index < text.endIndex,
      text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+")
    {
      guard sign == 0 else { return nil }
      sign = text[index] == UInt8(ascii: "-") ? -1 : 1
      index += 1
    }
    var mantissa = Mantissa()
    while index < text.endIndex, text[index].isDigit || text[index] == .dot {
      guard mantissa.take(text[index]) else { return nil }
      index += 1
    }
    if sign != 0 { mantissa.whole *= sign }
    guard index < text.endIndex else { return mantissa.whole }
    guard let power = Array("bkmgtpe".utf8).firstIndex(of: text[index].lowercased) else {
      return nil
    }
    if index + 1 < text.endIndex, text[index + 1].isAlphanumeric { return nil }
    return mantissa.scaled(by: 1 << (10 * power), sign: sign)
  }

  private struct Mantissa {
    var whole = 0
    var fraction = 0
    /// 0 before the point, then one more than the digits taken after it.
    var fractionDigits = 0
    var wholeDigits = 0
    static let maxDigits = 21

    mutating func take(_ byte: UInt8) -> Bool {
      if byte == .dot {
        guard fractionDigits == 0 else { return false }
        fractionDigits = 1
        return true
      }
      let digit = Int(byte) - 48
      if fractionDigits > 0 {
        if fractionDigits >= Self.maxDigits - 1 { return true }
        fractionDigits += 1
        return Self.append(digit, to: &fraction)
      }
      wholeDigits += 1
      return wholeDigits < Self.maxDigits && Self.append(digit, to: &whole)
    }

    private static func append(_ digit: Int, to number: inout Int) -> Bool {
      let (product, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, carried) = product.addingReportingOverflow(digit)
      if overflow || carried { return false }
      number = sum
      return true
    }

    func scaled(by factor: Int, sign: Int) -> Int? {
      let (product, overflow) = whole.multipliedReportingOverflow(by: factor)
      guard !overflow else { return nil }
      var part = fraction
      var digits = fractionDigits
      while part >= Int.max / factor {
        part /= 10
        digits -= 1
      }
      part *= factor
      if digits > 1 { for _ in 0..<(digits - 1) { part /= 10 } }
      return sign == -1 ? product - part : product + part
    }
  }
}
