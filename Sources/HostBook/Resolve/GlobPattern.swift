/// A path pattern taken apart at its slashes.
struct GlobPattern {
  enum Element: Equatable {
    case byte(UInt8)
    case any
    case anyRun
    case set([Range], isNegated: Bool)
  }

  enum Range: Equatable {
    case bytes(ClosedRange<UInt8>)
    case named(String)

    func contains(_ byte: UInt8) -> Bool {
      switch self {
      case .bytes(let range): range.contains(byte)
      case .named(let name): GlobPattern.isIn(name, byte)
      }
    }
  }

  enum Part: Equatable {
    /// Taken as it is, slashes included.
    case literal([UInt8])
    /// One path component with a special character in it.
    case pattern([Element])
  }

  private(set) var parts: [Part] = []

  /// nil when a `[:class:]` does not exist: such a pattern matches nothing.
  init?(_ text: [UInt8]) {
    var reader = Reader(text)
    var elements: [Element] = []
    while let element = reader.next() {
      if element == .byte(.slash) {
        close(&elements)
        parts.append(.literal([.slash]))
      } else if element != .anyRun || elements.last != .anyRun {
        elements.append(element)
      }
    }
    if reader.failed { return nil }
    close(&elements)
  }

  private mutating func close(_ elements: inout [Element]) {
    guard !elements.isEmpty else { return }
    var bytes: [UInt8] = []
    for element in elements { if case .byte(let byte) = element { bytes.append(byte) } }
    parts.append(bytes.count == elements.count ? .literal(bytes) : .pattern(elements))
    elements = []
  }

  static func matches(_ name: Bytes, _ elements: ArraySlice<Element>) -> Bool {
    guard let first = elements.first else { return name.isEmpty }
    if first == .anyRun {
      let rest = elements.dropFirst()
      if rest.isEmpty { return true }
      return name.indices.contains { matches(name[$0...], rest) }
    }
    guard let byte = name.first else { return false }
    switch first {
    case .byte(let expected): if byte != expected { return false }
    case .any, .anyRun: break
    case .set(let ranges, let isNegated):
      if ranges.contains(where: { $0.contains(byte) }) == isNegated { return false }
    }
    return matches(name.dropFirst(), elements.dropFirst())
  }

  static func isIn(_ name: String, _ byte: UInt8) -> Bool {
    switch name {
    case "alnum": byte.isAlphanumeric
    case "alpha": byte.isLetter
    case "blank": byte == .space || byte == .tab
    case "cntrl": byte.isControl
    case "digit": byte.isDigit
    case "graph": byte > 32 && byte < 127
    case "lower": byte.isLetter && !byte.isUpper
    case "print": byte >= 32 && byte < 127
    case "punct": byte > 32 && byte < 127 && !byte.isAlphanumeric
    case "space": byte.isSpace
    case "upper": byte.isUpper
    case "xdigit": byte.hexValue != nil
    default: false
    }
  }

  static let classNames: Set<String> = [
    "alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "xdigit",
  ]
}

extension GlobPattern {
  /// Reads elements one by one; a byte after a backslash is never special.
  private struct Reader {
    private let text: [(byte: UInt8, isProtected: Bool)]
    private var index = 0
    private(set) var failed = false

    init(_ bytes: [UInt8]) {
      var text: [(byte: UInt8, isProtected: Bool)] = []
      var rest = bytes[...]
      while let byte = rest.popFirst() {
        if byte == .backslash {
          text.append((rest.popFirst() ?? .backslash, true))
        } else {
          text.append((byte, false))
        }
      }
      self.text = text
    }

    private func isPlain(_ byte: UInt8, at place: Int) -> Bool {
      place < text.count && text[place].byte == byte && !text[place].isProtected
    }

    mutating func next() -> Element? {
      guard index < text.count, !failed else { return nil }
      let (byte, isProtected) = text[index]
      index += 1
      if isProtected { return .byte(byte) }
      switch byte {
      case .question: return .any
      case .star: return .anyRun
      case .openBracket: return set() ?? .byte(.openBracket)
      default: return .byte(byte)
      }
    }

    /// A bracket expression after its `[`; nil, with nothing taken, when it is not closed.
    private mutating func set() -> Element? {
      var place = index
      let isNegated = isPlain(.bang, at: place)
      if isNegated { place += 1 }
      guard place < text.count,
        (place + 1..<max(text.count, place + 1)).contains(where: {
          isPlain(.closeBracket, at: $0)
        })
      else { return nil }
      var ranges: [Range] = []
      repeat {
        if let named = takeClass(&place) {
          ranges.append(named)
          if failed || isPlain(.closeBracket, at: place) { break }
          continue
        }
        guard place < text.count else { break }
        let low = text[place].byte
        place += 1
        if isPlain(UInt8(ascii: "-"), at: place), place + 1 < text.count,
          !isPlain(.closeBracket, at: place + 1)
        {
          let high = text[place + 1].byte
          place += 2
          if low <= high { ranges.append(.bytes(low...high)) }
        } else {
          ranges.append(.bytes(low...low))
        }
      } while !isPlain(.closeBracket, at: place) && place < text.count
      index = min(place + 1, text.count)
      return .set(ranges, isNegated: isNegated)
    }

    /// `[:name:]` at `place`; an unknown name fails the whole pattern.
    private mutating func takeClass(_ place: inout Int) -> Range? {
      guard isPlain(.openBracket, at: place), isPlain(.colon, at: place + 1) else { return nil }
      let start = place + 2
      guard let colon = (start..<max(start, text.count)).first(where: { isPlain(.colon, at: $0) }),
        isPlain(.closeBracket, at: colon + 1)
      else { return nil }
      let name = text[start..<colon].map(\.byte).text
      if !GlobPattern.classNames.contains(name) { failed = true }
      place = colon + 2
      return .named(name)
    }
  }
}
