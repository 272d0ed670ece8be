/// The old splitter of OpenSSH (strdelim in misc.c): the keyword of every line is taken with it, and before
/// 9.9 the whole of a Match line.
///
/// Words end at white space, at a double quote or at one `=`. Double quotes hold white space together, there
/// are no escapes, and an unclosed quote ends everything silently: callers see no word.
struct Delimiter {
  /// What follows the words taken so far; nil once the end was reached.
  private(set) var rest: Bytes?

  init(_ text: Bytes) { rest = text }

  /// The next word, possibly empty; nil at the end or after an unclosed quote.
  mutating func take() -> Bytes? {
    guard let text = rest else { return nil }
    guard
      let stop = text.firstIndex(where: { $0.isDelimiter || $0 == .quote || $0 == .equals })
    else {
      rest = nil
      return text
    }
    if text[stop] == .quote { return takeQuoted(text, quote: stop) }
    let skippedEquals = text[stop] == .equals
    var after = Self.skipBlanks(text, from: stop + 1)
    if !skippedEquals, after < text.endIndex, text[after] == .equals {
      after = Self.skipBlanks(text, from: after + 1)
    }
    rest = text[after...]
    return text[..<stop]
  }

  private mutating func takeQuoted(_ text: Bytes, quote: Int) -> Bytes? {
    let inside = text[(quote + 1)...]
    guard let close = inside.firstIndex(of: .quote) else {
      rest = nil
      return nil
    }
    rest = text[Self.skipBlanks(text, from: close + 1)...]
    if quote == text.startIndex { return inside[..<close] }
    return (text[..<quote] + inside[..<close])[...]
  }

  static func skipBlanks(_ text: Bytes, from start: Int) -> Int {
    var index = start
    while index < text.endIndex, text[index].isDelimiter { index += 1 }
    return index
  }
}
