#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One ignore file, compiled. The last line that matches decides.
struct IgnoreList: Sendable {
  /// How it is named in a `Rule`.
  let file: [UInt8]
  /// In the file's order.
  private let patterns: [IgnorePattern]
  /// One for each pattern, last line first, with what a quick look needs.
  private let heads: [Head]
  /// The literal bytes of all heads.
  private let bytes: [UInt8]
  private let foldsCase: Bool

  private struct Head {
    enum Kind: UInt8 { case name, suffix, nameGlob, path, pathGlob }
    var kind: Kind
    var needsFolder: Bool
    var start: Int32
    var count: Int32
    /// Index in `patterns`.
    var pattern: Int32
  }

  var isEmpty: Bool { patterns.isEmpty }

  init(file: [UInt8], content: [UInt8], foldsCase: Bool = false) {
    self.file = file
    self.foldsCase = foldsCase
    patterns = Self.parse(content, foldsCase: foldsCase)
    var heads: [Head] = []
    var bytes: [UInt8] = []
    for (index, pattern) in patterns.enumerated().reversed() {
      let (kind, literal): (Head.Kind, [UInt8]) =
        switch pattern.test {
        case .name(let text): (.name, text)
        case .suffix(let text): (.suffix, text)
        case .nameGlob: (.nameGlob, [])
        case .path(let text): (.path, text)
        case .pathGlob(let prefix, _): (.pathGlob, prefix)
        }
      heads.append(
        Head(
          kind: kind, needsFolder: pattern.needsFolder, start: Int32(bytes.count),
          count: Int32(literal.count), pattern: Int32(index)))
      bytes += literal
    }
    self.heads = heads
    self.bytes = bytes
  }

  private static func parse(_ content: [UInt8], foldsCase: Bool) -> [IgnorePattern] {
    let hasMark = content.starts(with: [0xEF, 0xBB, 0xBF])
    var patterns: [IgnorePattern] = []
    let lines = content.dropFirst(hasMark ? 3 : 0)
      .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, var line) in lines.enumerated() {
      if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
      let pattern = IgnorePattern(line: index + 1, bytes: line, foldsCase: foldsCase)
      if let pattern { patterns.append(pattern) }
    }
    return patterns
  }

  /// The rule at an index that `lastMatch` gave.
  func rule(_ index: Int) -> Rule {
    Rule(file: file, line: patterns[index].line, pattern: patterns[index].text)
  }

  /// Whether that rule re-includes.
  func isNegated(_ index: Int) -> Bool { patterns[index].text.first == UInt8(ascii: "!") }

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
            start: bytes.baseAddress.map { $0 + Int(head.start) }, count: Int(head.count))
          if matches(head, literal, name: name, path: path) { return Int(head.pattern) }
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
      return literal.count == name.count && equal(literal, name, from: 0)
    case .suffix:
      return literal.count <= name.count
        && equal(literal, name, from: name.count - literal.count)
    case .path:
      return literal.count == path.count && equal(literal, path, from: 0)
    case .nameGlob, .pathGlob:
      return matchesGlob(head, literal, name: name, path: path)
    }
  }

  private func matchesGlob(
    _ head: Head, _ literal: UnsafeBufferPointer<UInt8>,
    name: UnsafeBufferPointer<UInt8>, path: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard literal.count <= path.count, equal(literal, path, from: 0) else { return false }
    switch patterns[Int(head.pattern)].test {
    case .nameGlob(let glob): return glob.matches(name)
    case .pathGlob(_, let glob):
      return glob.matches(UnsafeBufferPointer(rebasing: path[literal.count...]))
    default: return false
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
