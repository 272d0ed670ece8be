/// A compiled wildcard pattern as gitignore(5) describes it; works on bytes, never on characters.
struct Glob: Sendable {
  struct Token: Equatable, Sendable {
    enum Kind: UInt8, Sendable {
      /// This very byte.
      case literal
      /// Any byte but `/`.
      case any
      /// A byte of `sets[index]`, never `/`.
      case set
      /// Any number of bytes, none of them `/`.
      case star
      /// `**/`: nothing, or any folders with their `/`.
      case folders
      /// `**` before an escaped `/`: any bytes.
      case deepStar
      /// `**` at the end: whatever is left.
      case rest
    }
    var kind: Kind
    var byte: UInt8 = 0
    var index: UInt32 = 0
  }

  var tokens: [Token] = []
  var sets: [ByteSet] = []
  /// Compare ASCII letters without regard to case.
  var foldsCase = false

  /// Whether all of `text` matches.
  func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    tokens.withUnsafeBufferPointer { tokens in
      sets.withUnsafeBufferPointer {
        GlobRun(tokens: tokens, sets: $0, text: text, foldsCase: foldsCase).matches()
      }
    }
  }
}

/// One comparison. Works on pointers: an ignore list keeps the tokens of all its patterns in one array.
struct GlobRun {
  let tokens: UnsafeBufferPointer<Glob.Token>
  /// What the tokens' `index` counts.
  let sets: UnsafeBufferPointer<ByteSet>
  let text: UnsafeBufferPointer<UInt8>
  let foldsCase: Bool

  /// Two places to go back to are enough: a later `*` or `**` makes the earlier ones' choice final.
  func matches() -> Bool {
    var at = Position()
    var star: Position?
    var deep: Position?
    while true {
      if at.token < tokens.count {
        let token = tokens[at.token]
        switch token.kind {
        case .star:
          at.token += 1
          star = at
          continue
        case .folders, .deepStar:
          at.token += 1
          deep = at
          star = nil
          continue
        case .rest:
          return true
        case .literal, .any, .set:
          if at.text < text.count, accepts(token, text[at.text]) {
            at = Position(token: at.token + 1, text: at.text + 1)
            continue
          }
        }
      } else if at.text == text.count {
        return true
      }
      if let next = star.flatMap({ longer($0) }) {
        star = next
        at = next
      } else if let next = deep.flatMap({ deeper($0) }) {
        deep = next
        star = nil
        at = next
      } else {
        return false
      }
    }
  }

  private struct Position {
    var token = 0
    var text = 0
  }

  /// A `*` takes one byte more.
  @inline(__always)
  private func longer(_ from: Position) -> Position? {
    guard from.text < text.count, text[from.text] != slash else { return nil }
    return Position(token: from.token, text: from.text + 1)
  }

  /// A `**` takes one folder, or one byte, more.
  private func deeper(_ from: Position) -> Position? {
    var next = from.text
    if tokens[from.token - 1].kind == .folders {
      while next < text.count, text[next] != slash { next += 1 }
    }
    guard next < text.count else { return nil }
    return Position(token: from.token, text: next + 1)
  }

  @inline(__always)
  private func accepts(_ token: Glob.Token, _ byte: UInt8) -> Bool {
    switch token.kind {
    case .literal: token.byte == (foldsCase ? lowered(byte) : byte)
    case .any: byte != slash
    default: byte != slash && sets[Int(token.index)].contains(foldsCase ? lowered(byte) : byte)
    }
  }
}

let slash = UInt8(ascii: "/")

@inline(__always)
func lowered(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 0x20 : byte }
