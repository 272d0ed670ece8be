/// One line of an ignore file, compiled.
struct IgnorePattern: Sendable {
  /// What the pattern is held against.
  enum Test: Sendable {
    /// The name, byte by byte.
    case name([UInt8])
    /// The end of the name: `*.log`.
    case suffix([UInt8])
    /// The name, with wildcards.
    case nameGlob(Glob)
    /// The path below the ignore file's folder.
    case path([UInt8])
    /// That path, with wildcards after a literal beginning.
    case pathGlob(prefix: [UInt8], Glob)
  }

  /// Counted from 1.
  var line: Int
  var text: [UInt8]
  var test: Test
  /// Ends in `/`: speaks of folders only.
  var needsFolder: Bool

  /// All patterns of an ignore file, in its order.
  static func parse(_ content: [UInt8], foldsCase: Bool) -> [IgnorePattern] {
    let hasMark = content.starts(with: [0xEF, 0xBB, 0xBF])
    let lines = content.dropFirst(hasMark ? 3 : 0)
      .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return lines.enumerated().compactMap { index, line in
      let ending = line.last == UInt8(ascii: "\r") ? 1 : 0
      return IgnorePattern(
        line: index + 1, bytes: line.dropLast(ending), foldsCase: foldsCase)
    }
  }

  /// nil when the line says nothing: empty, a comment, or nothing can match it.
  ///
  /// The rules are gitignore(5)'s; where it is silent, those of git's dir.c.
  init?(line: Int, bytes: ArraySlice<UInt8>, foldsCase: Bool) {
    guard let first = bytes.first, first != UInt8(ascii: "#") else { return nil }
    let text = Self.trimmed(bytes)
    var body = text[...]
    if body.first == UInt8(ascii: "!") { body = body.dropFirst() }
    needsFolder = body.last == slash
    if needsFolder { body = body.dropLast() }
    guard let test = Self.compile(body, foldsCase: foldsCase) else { return nil }
    self.line = line
    self.text = Array(text)
    self.test = test
  }

  /// A line ends at a NUL; trailing spaces go unless a backslash holds them.
  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let text = bytes.prefix { $0 != 0 }
    var end = text.startIndex
    var at = text.startIndex
    while at < text.endIndex {
      if text[at] == UInt8(ascii: "\\") {
        at += 1
        end = min(at + 1, text.endIndex)
      } else if text[at] != UInt8(ascii: " ") {
        end = at + 1
      }
      at += 1
    }
    return text[..<end]
  }

  private static func compile(_ body: ArraySlice<UInt8>, foldsCase: Bool) -> Test? {
    let plain = body.prefix { !isSpecial($0) }
    guard body.contains(slash) else {
      if body.isEmpty { return nil }
      if plain.count == body.count { return .name(folded(plain, foldsCase)) }
      let rest = body.dropFirst()
      if body.first == UInt8(ascii: "*"), !rest.contains(where: isSpecial) {
        return .suffix(folded(rest, foldsCase))
      }
      return GlobParser.parse(body, crossesFolders: false, foldsCase: foldsCase)
        .map(Test.nameGlob)
    }
    let anchored = body.first == slash
    let prefix = anchored ? plain.dropFirst() : plain
    if plain.count == body.count {
      return prefix.isEmpty ? nil : .path(folded(prefix, foldsCase))
    }
    // What follows the literal beginning is read as a pattern of its own, as git before 2.52 does: there
    // `a**/b` means `a`, then `**/b`. Later gits take those two stars for one.
    return GlobParser.parse(
      body[plain.endIndex...], crossesFolders: true, foldsCase: foldsCase
    ).map { .pathGlob(prefix: folded(prefix, foldsCase), $0) }
  }

  private static func folded(_ bytes: ArraySlice<UInt8>, _ foldsCase: Bool) -> [UInt8] {
    foldsCase ? bytes.map(lowered) : Array(bytes)
  }
}
