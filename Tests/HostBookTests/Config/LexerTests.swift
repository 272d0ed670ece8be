import Testing

@testable import HostBook

@Suite struct LexerTests {
  struct Split: Sendable {
    var text: String
    /// nil for a quote that is not closed.
    var words: [String]?
  }

  static let splits: [Split] = [
    Split(text: "a b\tc", words: ["a", "b", "c"]),
    Split(text: "", words: []),
    Split(text: "a # b", words: ["a"]),
    Split(text: "a#b c", words: ["a#b", "c"]),
    Split(text: "\"a b\" 'c d'", words: ["a b", "c d"]),
    Split(text: "~/\"my key\"/k", words: ["~/my key/k"]),
    Split(text: "a\\ b", words: ["a b"]),
    Split(text: "\"a\\ b\"", words: ["a\\ b"]),
    Split(text: "C:\\Users \\\\srv", words: ["C:\\Users", "\\srv"]),
    Split(text: "\\\"a\\'", words: ["\"a'"]),
    Split(text: "\"it's\" 'say \"x\"'", words: ["it's", "say \"x\""]),
    Split(text: "\"\"", words: [""]),
    Split(text: "a\\", words: ["a\\"]),
    Split(text: "\"a", words: nil),
    Split(text: "don't", words: nil),
    Split(text: "\"a\\\"", words: nil),
  ]

  @Test("a line is split into arguments as OpenSSH splits it", arguments: splits)
  func splitsWords(_ split: Split) {
    var words = Words()
    let isClosed = words.split(Bytes(split.text))
    #expect((isClosed ? words.all.map(\.text) : nil) == split.words)
  }

  static let delimited: [(String, [String])] = [
    ("host = a user b", ["host", "a", "user", "b"]),
    ("host=a", ["host", "a"]),
    ("host==a", ["host", "", "a"]),
    ("'a b'", ["'a", "b'"]),
    ("exec \"a b\" c", ["exec", "a b", "c"]),
    ("ho\"st a\" b", ["host a", "b"]),
    ("a \"b", ["a"]),
    ("", [""]),
  ]

  @Test("the old splitter of Match and of keywords", arguments: delimited)
  func splitsOldWay(_ text: String, _ expected: [String]) {
    var delimiter = Delimiter(Bytes(text))
    var words: [String] = []
    while let word = delimiter.take() { words.append(word.text) }
    #expect(words.filter { !$0.isEmpty } == expected.filter { !$0.isEmpty })
  }

  static let patterns: [(String, String, Bool)] = [
    ("dev", "dev", true), ("dev", "DEV", false), ("dev", "d*", true), ("dev", "*v", true),
    ("dev", "?ev", true), ("dev", "??", false), ("dev", "*", true), ("", "*", true),
    ("", "?", false), ("a.b.c", "*.c", true), ("abab", "*ab", true), ("dev", "d[e]v", false),
    ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "*a*a*a*a*a*a*a*a*b", false),
  ]

  @Test("patterns know * and ?", arguments: patterns)
  func matches(_ text: String, _ pattern: String, _ expected: Bool) {
    #expect(Pattern.matches(Bytes(text), Bytes(pattern)) == expected)
  }

  static let lists: [(String, String, Pattern.Verdict)] = [
    ("a", "b,a", .matched), ("a", "b", .unmatched), ("a", "!a,*", .vetoed),
    ("a", "*,!a", .vetoed), ("a", "!b", .unmatched), ("a", "", .unmatched), ("", "!", .vetoed),
    ("a", "A", .unmatched),
  ]

  @Test("a negation in a list vetoes", arguments: lists)
  func matchesList(_ text: String, _ list: String, _ expected: Pattern.Verdict) {
    #expect(Pattern.matchesList(Bytes(text), Bytes(list)) == expected)
  }
}
