/// What YAML 1.1 makes of a word without quotes, as PyYAML (and so SkyPilot) reads it.
///
/// https://yaml.org/type/: `yes` is a boolean, `010` is eight, `1:30` is ninety, `1e3` is text.
enum PlainScalar: Equatable {
  case null
  case bool(Bool)
  /// In decimal digits, with a minus when negative.
  case int(String)
  case float(Double)
  case text

  init(_ word: String) {
    switch word {
    case "", "~", "null", "Null", "NULL": self = .null
    case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": self = .bool(true)
    case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": self = .bool(false)
    case ".nan", ".NaN", ".NAN": self = .float(.nan)
    default:
      let isNegative = word.hasPrefix("-")
      let digits = isNegative || word.hasPrefix("+") ? String(word.dropFirst()) : word
      if let int = Self.int(digits) {
        self = .int(isNegative && int != "0" ? "-\(int)" : int)
      } else if let float = Self.float(digits),
        word == digits || !digits.hasPrefix(".") || float.isInfinite
      {
        self = .float(isNegative ? -float : float)
      } else {
        self = .text
      }
    }
  }

  /// The text that Python's `str()` makes of the value; nil for null and for text.
  var pythonText: String? {
    switch self {
    case .null, .text: nil
    case .bool(let value): value ? "True" : "False"
    case .int(let digits): digits
    case .float(let value): value.description
    }
  }

  private static func int(_ word: String) -> String? {
    let digits = word.filter { $0 != "_" }
    if word.wholeMatch(of: /0|[1-9][0-9_]*/) != nil { return digits }
    if word.wholeMatch(of: /0b[01_]+/) != nil { return number(digits.dropFirst(2), 2) }
    if word.wholeMatch(of: /0x[0-9a-fA-F_]+/) != nil { return number(digits.dropFirst(2), 16) }
    if word.wholeMatch(of: /0[0-7_]+/) != nil { return number(digits.dropFirst(1), 8) }
    if word.wholeMatch(of: /[1-9][0-9_]*(:[0-5]?[0-9])+/) != nil {
      return sixties(digits).map { String(Int64($0)) }
    }
    return nil
  }

  private static func number(_ digits: Substring, _ radix: Int) -> String? {
    Int64(digits, radix: radix).map(String.init)
  }

  private static func float(_ word: String) -> Double? {
    let digits = word.filter { $0 != "_" }
    if word.wholeMatch(of: /\.inf|\.Inf|\.INF/) != nil { return .infinity }
    if word.wholeMatch(of: /[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*/) != nil { return sixties(digits) }
    let decimal = /([0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)([eE][-+][0-9]+)?/
    guard let match = word.wholeMatch(of: decimal) else { return nil }
    let mantissa = match.1.filter { $0 != "_" }
    return Double("0" + mantissa + "0" + (match.2 ?? ""))
  }

  /// `1:30` is 90: YAML 1.1 counts minutes and seconds.
  private static func sixties(_ word: String) -> Double? {
    var total = 0.0
    for part in word.split(separator: ":") {
      guard let value = Double(part.hasSuffix(".") ? part.dropLast() : part) else { return nil }
      total = total * 60 + value
    }
    return abs(total) < 1e15 ? total : nil
  }
}
