/// The arguments of one line, split as OpenSSH splits them (argv_split in misc.c, since 8.7).
///
/// Quotes of both kinds may start in the middle of a word; `\"`, `\'`, `\\` and, outside quotes, `\ ` are
/// escapes and any other backslash stands for itself; `#` at the start of a word ends the line.
struct Words {
  private(set) var all: [Bytes] = []
  private var next = 0

  /// What is left to take.
  var count: Int { all.count - next }
  var isEmpty: Bool { count == 0 }

  /// The next word without taking it.
  var peek: Bytes? { next < all.count ? all[next] : nil }

  mutating func take() -> Bytes? {
    guard next < all.count else { return nil }
    next += 1
    return all[next - 1]
  }

  mutating func consume() { next = all.count }

  /// Splits `text` anew, keeping the storage of the last line; false when a quote is not closed.
  mutating func split(_ text: Bytes) -> Bool {
    all.removeAll(keepingCapacity: true)
    next = 0
    var index = text.startIndex
    let end = text.endIndex
    while index < end {
      let byte = text[index]
      if byte == .space || byte == .tab {
        index += 1
        continue
      }
      if byte == .hash { break }
      guard let after = takeWord(text, from: index) else { return false }
      index = after
    }
    return true
  }

  /// Appends the word that starts at `start`; the index after it, or nil for an open quote.
  private mutating func takeWord(_ text: Bytes, from start: Int) -> Int? {
    var index = start
    let end = text.endIndex
    while index < end {
      let byte = text[index]
      if byte == .space || byte == .tab { break }
      if byte == .quote || byte == .apostrophe || byte == .backslash {
        return takeQuotedWord(text, from: start)
      }
      index += 1
    }
    all.append(text[start..<index])
    return index
  }

  private mutating func takeQuotedWord(_ text: Bytes, from start: Int) -> Int? {
    var word: [UInt8] = []
    var quote: UInt8 = 0
    var index = start
    let end = text.endIndex
    while index < end {
      let byte = text[index]
      if byte == .backslash {
        let following = index + 1 < end ? text[index + 1] : 0
        if following == .apostrophe || following == .quote || following == .backslash
          || (quote == 0 && following == .space)
        {
          index += 1
          word.append(following)
        } else {
          word.append(byte)
        }
      } else if quote == 0 && (byte == .space || byte == .tab) {
        break
      } else if quote == 0 && (byte == .quote || byte == .apostrophe) {
        quote = byte
      } else if quote != 0 && byte == quote {
        quote = 0
      } else {
        word.append(byte)
      }
      index += 1
    }
    guard quote == 0 else { return nil }
    all.append(word[...])
    return index
  }
}
