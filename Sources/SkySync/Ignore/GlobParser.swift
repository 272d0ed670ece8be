/// Turns the text of a pattern into tokens, as git's wildmatch reads it.
struct GlobParser {
  /// Whether `/` separates folders: not so for a pattern that is held against a name only.
  let crossesFolders: Bool
  let foldsCase: Bool
  private let text: [UInt8]
  private var at = 0
  private var glob: Glob

  /// nil when no text can match: a `[` that is never closed, an unknown class, a lone `\` at the end.
  static func parse(_ text: some Sequence<UInt8>, crossesFolders: Bool, foldsCase: Bool) -> Glob? {
    var parser = GlobParser(
      text: Array(text), crossesFolders: crossesFolders, foldsCase: foldsCase)
    return parser.parse()
  }

  private init(text: [UInt8], crossesFolders: Bool, foldsCase: Bool) {
    self.text = text
    self.crossesFolders = crossesFolders
    self.foldsCase = foldsCase
    glob = Glob(foldsCase: foldsCase)
  }

  /// The byte `ahead` of the current one, 0 past the end (no pattern holds a 0).
  private func peek(_ ahead: Int = 0) -> UInt8 {
    at + ahead < text.count ? text[at + ahead] : 0
  }

  private mutating func parse() -> Glob? {
    while at < text.count {
      let byte = text[at]
      switch byte {
      case UInt8(ascii: "\\"):
        guard at + 1 < text.count else { return nil }
        // An escaped letter is not folded, so that under core.ignoreCase `\A` matches nothing, as in git.
        glob.tokens.append(.init(kind: .literal, byte: text[at + 1]))
        at += 2
      case UInt8(ascii: "?"):
        glob.tokens.append(.init(kind: .any))
        at += 1
      case UInt8(ascii: "*"):
        parseStars()
      case UInt8(ascii: "["):
        guard let set = parseSet() else { return nil }
        glob.tokens.append(.init(kind: .set, index: UInt32(glob.sets.count)))
        glob.sets.append(set)
      default:
        glob.tokens.append(.init(kind: .literal, byte: foldsCase ? lowered(byte) : byte))
        at += 1
      }
    }
    return glob
  }

  private mutating func parseStars() {
    let start = at
    while peek() == UInt8(ascii: "*") { at += 1 }
    let opensFolder = start == 0 || text[start - 1] == slash
    guard crossesFolders, at - start > 1, opensFolder else {
      glob.tokens.append(.init(kind: .star))
      return
    }
    if at == text.count {
      glob.tokens.append(.init(kind: .rest))
    } else if peek() == slash {
      at += 1
      glob.tokens.append(.init(kind: .folders))
    } else if peek() == UInt8(ascii: "\\"), peek(1) == slash {
      glob.tokens.append(.init(kind: .deepStar))
    } else {
      glob.tokens.append(.init(kind: .star))
    }
  }

  /// From `[` to behind its `]`.
  private mutating func parseSet() -> ByteSet? {
    at += 1
    let inverts = peek() == UInt8(ascii: "!") || peek() == UInt8(ascii: "^")
    if inverts { at += 1 }
    var set = ByteSet()
    var previous: UInt8 = 0
    repeat {
      guard let last = parseMember(&set, after: previous) else { return nil }
      previous = last
      at += 1
    } while peek() != UInt8(ascii: "]")
    at += 1
    return inverts ? set.inverted : set
  }

  /// One byte, range or class; leaves `at` on its last byte. Returns what a range may begin with, 0 for nothing.
  private mutating func parseMember(_ set: inout ByteSet, after previous: UInt8) -> UInt8? {
    let byte = peek()
    switch byte {
    case 0:
      return nil
    case UInt8(ascii: "\\"):
      at += 1
      guard peek() != 0 else { return nil }
      set.insert(peek())
      return peek()
    case UInt8(ascii: "-")
    where previous != 0 && peek(1) != 0 && peek(1) != UInt8(ascii: "]"):
      at += 1
      if peek() == UInt8(ascii: "\\") { at += 1 }
      guard peek() != 0 else { return nil }
      insertRange(&set, previous, peek())
      return 0
    case UInt8(ascii: "[") where peek(1) == UInt8(ascii: ":"):
      return parseClass(&set)
    default:
      set.insert(byte)
      return byte
    }
  }

  private func insertRange(_ set: inout ByteSet, _ low: UInt8, _ high: UInt8) {
    let folds = foldsCase
    set.insert { byte in
      if low <= byte && byte <= high { return true }
      guard folds, (97...122).contains(byte) else { return false }
      return low <= byte - 32 && byte - 32 <= high
    }
  }

  /// `[:name:]`; without the closing `:]` its `[` is an ordinary byte.
  private mutating func parseClass(_ set: inout ByteSet) -> UInt8? {
    let start = at + 2
    guard let end = text[start...].firstIndex(of: UInt8(ascii: "]")) else { return nil }
    guard end > start, text[end - 1] == UInt8(ascii: ":") else {
      set.insert(UInt8(ascii: "["))
      return UInt8(ascii: "[")
    }
    guard let test = ByteSet.posix(text[start..<(end - 1)], foldsCase: foldsCase) else {
      return nil
    }
    set.insert(where: test)
    at = end
    return 0
  }
}
