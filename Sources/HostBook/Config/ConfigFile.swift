import SystemPackage

/// A configuration file taken apart into lines without losing a byte: `parse(bytes).bytes == bytes`, whatever
/// the bytes are (CR LF, NUL, no final newline, no UTF-8).
public struct ConfigFile: Equatable, Sendable {
  public var path: FilePath
  public var lines: [ConfigLine]

  public init(path: FilePath, lines: [ConfigLine]) {
    self.path = path
    self.lines = lines
  }

  /// Every input is a file of lines; what ssh would refuse shows only when a line is read.
  public static func parse(_ bytes: [UInt8], path: FilePath) -> ConfigFile {
    var lines: [ConfigLine] = []
    var start = 0
    while start < bytes.count {
      let end = min(LineSequence.newline(in: bytes, from: start) + 1, bytes.count)
      lines.append(ConfigLine(number: lines.count + 1, raw: bytes[start..<end]))
      start = end
    }
    return ConfigFile(path: path, lines: lines)
  }

  /// The file again, byte for byte.
  public var bytes: [UInt8] { Array(lines.map(\.raw).joined()) }

  /// A mark that editors of other systems write and that every ssh refuses, even before a comment.
  public var startsWithByteOrderMark: Bool {
    lines.first.map { $0.raw.starts(with: [0xef, 0xbb, 0xbf]) } ?? false
  }
}

/// One line: the bytes as they are, and what ssh makes of them.
public struct ConfigLine: Equatable, Sendable {
  /// From 1.
  public var number: Int
  /// With the line's end, if it has one.
  public var raw: Bytes

  public init(number: Int, raw: Bytes) {
    self.number = number
    self.raw = raw
  }

  /// What ssh looks at: up to a NUL byte, without the white space and the line end that it drops.
  public var content: Bytes {
    guard let cut = raw.firstIndex(of: 0) else { return LineSequence.trimmed(raw) }
    return LineSequence.trimmed(raw[..<cut])
  }

  /// The bytes that end the line: `\n`, `\r\n` or nothing.
  public var lineEnd: Bytes {
    guard raw.last == .newline else { return raw[raw.endIndex...] }
    let text = raw.dropLast()
    return text.last == .carriageReturn ? raw[(text.endIndex - 1)...] : raw[text.endIndex...]
  }

  /// The keyword as it is spelt; nil for a blank line and a comment. Its indices are those of the file,
  /// unless it is written with quotes.
  public var keyword: Bytes? { KeywordSplit.split(content)?.keyword }

  /// What follows the keyword, quotes and comments included; empty when nothing does.
  public var value: Bytes { KeywordSplit.split(content)?.rest ?? [] }

  /// The arguments with quotes and escapes taken off; nil when a quote is not closed.
  public var arguments: [[UInt8]]? {
    var words = Words()
    return words.split(value) ? words.all.map(Array.init) : nil
  }

  /// Whether the line is blank or a comment.
  public var isEmpty: Bool { keyword == nil }

  /// Whether the keyword is `name`, in any case.
  public func has(keyword name: String) -> Bool {
    keyword?.equalsIgnoringCase(name) ?? false
  }

  /// Whether the line opens a block: Host or Match.
  public var opensBlock: Bool { has(keyword: "host") || has(keyword: "match") }
}
