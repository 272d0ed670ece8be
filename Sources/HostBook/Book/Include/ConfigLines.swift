/// The lines of a config as byte ranges, each with its line end, so that an edit can leave the rest alone.
struct ConfigLines {
  let bytes: [UInt8]
  /// In order, without gaps; the last may lack a line end.
  let ranges: [Range<Int>]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var ranges: [Range<Int>] = []
    var start = 0
    for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
      ranges.append(start..<(index + 1))
      start = index + 1
    }
    if start < bytes.count { ranges.append(start..<bytes.count) }
    self.ranges = ranges
  }

  /// The line without blanks around it and without its line end.
  func content(_ index: Int) -> ArraySlice<UInt8> {
    var line = bytes[ranges[index]]
    while let last = line.last, Self.isBlank(last) { line = line.dropLast() }
    return line.drop(while: Self.isBlank)
  }

  /// CR LF when the file's first line ends so.
  var lineEnd: String {
    guard let first = ranges.first, bytes[first].suffix(2).elementsEqual("\r\n".utf8) else {
      return "\n"
    }
    return "\r\n"
  }

  /// All but the given lines.
  func without(_ removed: Set<Int>) -> [UInt8] {
    if removed.isEmpty { return bytes }
    var out: [UInt8] = []
    for (index, range) in ranges.enumerated() where !removed.contains(index) {
      out += bytes[range]
    }
    return out
  }

  /// The keyword in lower case, and the rest of the line after the separator.
  func directive(_ index: Int) -> (keyword: String, rest: ArraySlice<UInt8>)? {
    let line = content(index)
    guard let first = line.first, first != UInt8(ascii: "#") else { return nil }
    let keyword = line.prefix {
      !Self.isBlank($0) && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "\"")
    }
    var rest = line.dropFirst(keyword.count).drop(while: Self.isBlank)
    if rest.first == UInt8(ascii: "=") { rest = rest.dropFirst().drop(while: Self.isBlank) }
    return (String(decoding: keyword, as: UTF8.self).lowercased(), rest)
  }

  /// Words as ssh splits them: quotes taken off, a `#` at a word's begin ends the line.
  static func words(_ text: ArraySlice<UInt8>) -> [String] {
    var words: [String] = []
    var word: [UInt8]?
    var quote: UInt8?
    for byte in text {
      if let open = quote {
        if byte == open { quote = nil } else { word?.append(byte) }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
        word = word ?? []
      } else if isBlank(byte) {
        if let done = word { words.append(String(decoding: done, as: UTF8.self)) }
        word = nil
      } else if byte == UInt8(ascii: "#"), word == nil {
        return words
      } else {
        word = (word ?? []) + [byte]
      }
    }
    if let done = word { words.append(String(decoding: done, as: UTF8.self)) }
    return words
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a
  }
}
