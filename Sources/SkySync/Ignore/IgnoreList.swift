/// One ignore file, compiled. The last line that matches decides.
struct IgnoreList: Sendable {
  /// How it is named in a `Rule`.
  let file: [UInt8]
  private let lines: [Line]
  private let foldsCase: Bool
  // All that matching needs is in flat arrays: a path is held against hundreds of patterns.
  /// Last line first.
  private let heads: [Head]
  /// The literal bytes of all heads.
  private let bytes: [UInt8]
  private let tokens: [Glob.Token]
  private let sets: [ByteSet]

  private struct Line {
    var number: Int
    var text: [UInt8]
  }

  private struct Head {
    enum Kind: UInt8 { case name, suffix, nameGlob, path, pathGlob }
    var kind: Kind
    var needsFolder: Bool
    /// What a matching text ends in, -1 when that is not known.
    var lastByte: Int16 = -1
    var literalStart: Int32 = 0
    var literalCount: Int32 = 0
    var tokenStart: Int32 = 0
    var tokenCount: Int32 = 0
    /// Index in `lines`.
    var line: Int32
  }

  var isEmpty: Bool { lines.isEmpty }

  init(file: [UInt8], content: [UInt8], foldsCase: Bool = false) {
    self.file = file
    self.foldsCase = foldsCase
    let patterns = IgnorePattern.parse(content, foldsCase: foldsCase)
    lines = patterns.map { Line(number: $0.line, text: $0.text) }
    var builder = Builder()
    for (index, pattern) in patterns.enumerated().reversed() { builder.add(pattern, line: index) }
    heads = builder.heads
    bytes = builder.bytes
    tokens = builder.tokens
    sets = builder.sets
  }

  /// The rule at an index that `lastMatch` gave.
  func rule(_ index: Int) -> Rule {
    Rule(file: file, line: lines[index].number, pattern: lines[index].text)
  }

  /// Whether that rule re-includes.
  func isNegated(_ index: Int) -> Bool { lines[index].text.first == UInt8(ascii: "!") }

  private struct Builder {
    var heads: [Head] = []
    var bytes: [UInt8] = []
    var tokens: [Glob.Token] = []
    var sets: [ByteSet] = []

    mutating func add(_ pattern: IgnorePattern, line: Int) {
      var head = Head(
        kind: .name, needsFolder: pattern.needsFolder, literalStart: Int32(bytes.count),
        tokenStart: Int32(tokens.count), line: Int32(line))
      switch pattern.test {
      case .name(let text): bytes += text
      case .suffix(let text):
        head.kind = .suffix
        bytes += text
      case .path(let text):
        head.kind = .path
        bytes += text
      case .nameGlob(let glob):
        head.kind = .nameGlob
        add(glob, to: &head)
      case .pathGlob(let prefix, let glob):
        head.kind = .pathGlob
        bytes += prefix
        add(glob, to: &head)
      }
      head.literalCount = Int32(bytes.count) - head.literalStart
      head.tokenCount = Int32(tokens.count) - head.tokenStart
      heads.append(head)
    }

    /// Literal tokens at the front go to the literal, which is compared first.
    private mutating func add(_ glob: Glob, to head: inout Head) {
      let front = glob.tokens.prefix { $0.kind == .literal }
      bytes += front.map(\.byte)
      for var token in glob.tokens.dropFirst(front.count) {
        if token.kind == .set { token.index += UInt32(sets.count) }
        tokens.append(token)
      }
      sets += glob.sets
      if let last = glob.tokens.last, last.kind == .literal { head.lastByte = Int16(last.byte) }
    }
  }
}

extension IgnoreList {
  /// The index of the last pattern that matches, -1 for none.
  ///
  /// - Parameters:
  ///   - path: relative to the folder of the ignore file.
  ///   - nameStart: where the last part of `path` begins.
  func lastMatch(_ path: UnsafeBufferPointer<UInt8>, nameStart: Int, isFolder: Bool) -> Int {
    let name = UnsafeBufferPointer(rebasing: path[nameStart...])
    return bytes.withUnsafeBufferPointer { bytes in
      heads.withUnsafeBufferPointer { heads in
        for head in heads where !head.needsFolder || isFolder {
          let literal = UnsafeBufferPointer(
            start: bytes.baseAddress.map { $0 + Int(head.literalStart) },
            count: Int(head.literalCount))
          if matches(head, literal, name: name, path: path) { return Int(head.line) }
        }
        return -1
      }
    }
  }

  @inline(__always)
  private func matches(
    _ head: Head, _ literal: UnsafeBufferPointer<UInt8>,
    name: UnsafeBufferPointer<UInt8>, path: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    switch head.kind {
    case .name:
      literal.count == name.count && equal(literal, name, from: 0)
    case .suffix:
      literal.count <= name.count && equal(literal, name, from: name.count - literal.count)
    case .path:
      literal.count == path.count && equal(literal, path, from: 0)
    case .nameGlob:
      matchesGlob(head, literal, name)
    case .pathGlob:
      matchesGlob(head, literal, path)
    }
  }

  @inline(__always)
  private func matchesGlob(
    _ head: Head, _ literal: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard literal.count <= text.count, let last = text.last else { return false }
    if head.lastByte >= 0, head.lastByte != Int16(foldsCase ? lowered(last) : last) { return false }
    guard equal(literal, text, from: 0) else { return false }
    return tokens.withUnsafeBufferPointer { tokens in
      sets.withUnsafeBufferPointer { sets in
        let start = Int(head.tokenStart)
        return GlobRun(
          tokens: .init(rebasing: tokens[start..<(start + Int(head.tokenCount))]), sets: sets,
          text: .init(rebasing: text[literal.count...]), foldsCase: foldsCase
        ).matches()
      }
    }
  }

  /// Whether `literal` stands in `text` at `from`, where it fits.
  @inline(__always)
  private func equal(
    _ literal: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>, from: Int
  ) -> Bool {
    var at = literal.count
    // From the end: names differ there sooner.
    while at > 0 {
      at -= 1
      let byte = text[from + at]
      if literal[at] != (foldsCase ? lowered(byte) : byte) { return false }
    }
    return true
  }
}
