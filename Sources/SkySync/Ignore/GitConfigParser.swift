/// Reads the syntax of git-config(1).
struct GitConfigParser {
  /// The settings up to the first line that is none, and the number of that line.
  static func parse(_ bytes: [UInt8]) -> (settings: [GitSetting], badLine: Int?) {
    var parser = GitConfigParser(bytes)
    do throws(BadLine) {
      try parser.parse()
      return (parser.settings, nil)
    } catch {
      return (parser.settings, parser.line)
    }
  }

  private struct BadLine: Error {}

  private var settings: [GitSetting] = []
  private let bytes: [UInt8]
  private var at = 0
  private var line = 1
  private var section = ""

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
  }

  /// nil at the end; a carriage return before a line feed is not seen.
  private mutating func next() -> Character? {
    guard at < bytes.count else { return nil }
    if bytes[at] == 13, at + 1 < bytes.count, bytes[at + 1] == 10 { at += 1 }
    defer { at += 1 }
    return Character(Unicode.Scalar(bytes[at]))
  }

  private mutating func parse() throws(BadLine) {
    while let character = next() {
      switch character {
      case "\n": line += 1
      case " ", "\t", "\r", "\u{B}", "\u{C}": continue
      case "#", ";": skipLine()
      case "[": try parseSection()
      case _ where character.isLetter && character.isASCII: try parseSetting(character)
      default: throw BadLine()
      }
    }
  }

  private mutating func skipLine() {
    while let character = next() {
      guard character != "\n" else {
        line += 1
        return
      }
    }
  }

  private mutating func parseSection() throws(BadLine) {
    section = ""
    while let character = next() {
      if character == "]" { return }
      if character == " " || character == "\t" { return try parseSubsection() }
      guard isKey(character) || character == "." else { throw BadLine() }
      section += character.lowercased()
    }
    throw BadLine()
  }

  private mutating func parseSubsection() throws(BadLine) {
    var character = next()
    while character == " " || character == "\t" { character = next() }
    guard character == "\"" else { throw BadLine() }
    var name: [UInt8] = []
    while let byte = try subsectionByte() { name.append(byte) }
    section += "." + String(decoding: name, as: UTF8.self)
    guard next() == "]" else { throw BadLine() }
  }

  /// nil at the closing quote.
  private mutating func subsectionByte() throws(BadLine) -> UInt8? {
    guard at < bytes.count else { throw BadLine() }
    if bytes[at] == UInt8(ascii: "\\") {
      at += 1
    } else if bytes[at] == UInt8(ascii: "\"") {
      at += 1
      return nil
    }
    guard at < bytes.count, bytes[at] != 10 else { throw BadLine() }
    defer { at += 1 }
    return bytes[at]
  }

  private mutating func parseSetting(_ first: Character) throws(BadLine) {
    var name = first.lowercased()
    var character = next()
    while let letter = character, isKey(letter) {
      name += letter.lowercased()
      character = next()
    }
    while character == " " || character == "\t" { character = next() }
    let key = section + "." + name
    switch character {
    case "=":
      settings.append(GitSetting(key: key, value: try parseValue()))
    case "\n", nil:
      settings.append(GitSetting(key: key, value: nil))
      line += 1
    default:
      throw BadLine()
    }
  }

  private mutating func parseValue() throws(BadLine) -> [UInt8] {
    var value: [UInt8] = []
    // What is behind this is space that a comment or the end of the line cuts off.
    var kept = 0
    var isQuoted = false
    while let character = next() {
      if character == "\n" {
        line += 1
        guard !isQuoted else { throw BadLine() }
        break
      }
      let byte = bytes[at - 1]
      if !isQuoted, character == "#" || character == ";" {
        skipLine()
        break
      } else if !isQuoted, character == " " || character == "\t" || character == "\r" {
        if !value.isEmpty { value.append(byte) }
        continue
      } else if character == "\"" {
        isQuoted.toggle()
      } else if character == "\\" {
        if let byte = try escape() { value.append(byte) } else { continue }
      } else {
        value.append(byte)
      }
      kept = value.count
    }
    return Array(value[..<kept])
  }

  /// nil for a line that goes on in the next.
  private mutating func escape() throws(BadLine) -> UInt8? {
    switch next() {
    case "\n":
      line += 1
      return nil
    case "t": return 9
    case "b": return 8
    case "n": return 10
    case "\\": return UInt8(ascii: "\\")
    case "\"": return UInt8(ascii: "\"")
    default: throw BadLine()
    }
  }

  private func isKey(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || character == "-")
  }
}
