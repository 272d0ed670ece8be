/// A piece of a configuration file; shares the file's storage.
public typealias Bytes = ArraySlice<UInt8>

extension UInt8 {
  static let tab = UInt8(ascii: "\t")
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let formFeed: UInt8 = 0x0c
  static let space = UInt8(ascii: " ")
  static let quote = UInt8(ascii: "\"")
  static let apostrophe = UInt8(ascii: "'")
  static let backslash = UInt8(ascii: "\\")
  static let equals = UInt8(ascii: "=")
  static let hash = UInt8(ascii: "#")
  static let slash = UInt8(ascii: "/")
  static let percent = UInt8(ascii: "%")
  static let dollar = UInt8(ascii: "$")
  static let tilde = UInt8(ascii: "~")
  static let colon = UInt8(ascii: ":")
  static let comma = UInt8(ascii: ",")
  static let bang = UInt8(ascii: "!")
  static let star = UInt8(ascii: "*")
  static let question = UInt8(ascii: "?")
  static let dot = UInt8(ascii: ".")
  static let at = UInt8(ascii: "@")
  static let openBracket = UInt8(ascii: "[")
  static let closeBracket = UInt8(ascii: "]")

  /// What ssh's own splitters skip: blank, tab, CR, LF.
  var isDelimiter: Bool { self == 32 || self == 9 || self == 13 || self == 10 }
  /// isspace(3) in the C locale.
  var isSpace: Bool { self == 32 || (self >= 9 && self <= 13) }
  var isDigit: Bool { self >= 48 && self <= 57 }
  var isUpper: Bool { self >= 65 && self <= 90 }
  var isLetter: Bool { (self | 0x20) >= 97 && (self | 0x20) <= 122 }
  var isAlphanumeric: Bool { isDigit || isLetter }
  var isControl: Bool { self < 32 || self == 127 }
  var lowercased: UInt8 { isUpper ? self | 0x20 : self }

  /// The value of a hexadecimal digit, nil for another byte.
  var hexValue: Int? {
    switch self {
    case 48...57: Int(self) - 48
    case 65...70: Int(self) - 55
    case 97...102: Int(self) - 87
    default: nil
    }
  }
}

extension Collection<UInt8> {
  /// The text for people: bytes that are not UTF-8 are shown as U+FFFD.
  var text: String { String(decoding: self, as: UTF8.self) }

  func equals(_ word: String) -> Bool { elementsEqual(word.utf8) }

  /// strcasecmp(3) == 0 in the C locale.
  func equalsIgnoringCase(_ word: String) -> Bool {
    elementsEqual(word.utf8) { $0.lowercased == $1.lowercased }
  }

  func lowercasedASCII() -> [UInt8] { map(\.lowercased) }
}

extension ArraySlice<UInt8> {
  init(_ text: String) { self = Array(text.utf8)[...] }

  /// The bytes before and after the first `separator`, nil when there is none.
  func split(atFirst separator: UInt8) -> (head: Bytes, tail: Bytes)? {
    guard let place = firstIndex(of: separator) else { return nil }
    return (self[..<place], self[(place + 1)...])
  }

  func split(atLast separator: UInt8) -> (head: Bytes, tail: Bytes)? {
    guard let place = lastIndex(of: separator) else { return nil }
    return (self[..<place], self[(place + 1)...])
  }
}
