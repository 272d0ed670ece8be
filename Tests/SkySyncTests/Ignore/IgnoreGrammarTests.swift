import Support
import Testing

@testable import SkySync

/// gitignore(5), sentence by sentence.
@Suite struct IgnoreGrammarTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var rules: String
    /// A trailing `/` makes it a folder.
    var path: String
    /// The line that decides, 0 for none.
    var line: Int

    init(_ rules: String, _ path: String, _ line: Int) {
      self.rules = rules
      self.path = path
      self.line = line
    }

    var testDescription: String { "\(rules.debugDescription) on \(path.debugDescription)" }
  }

  @Test(arguments: [
    Row("", "a", 0), Row("\n\n", "a", 0), Row("# a", "# a", 0), Row("\\#a", "#a", 1),
    Row("a  ", "a", 1), Row("a\\ ", "a ", 1), Row("a\\ ", "a", 0), Row("a\t", "a", 0),
    Row("a\r\n", "a", 1), Row("\r\n", "\r", 0), Row("a\rb", "a\rb", 1), Row("\u{FEFF}a", "a", 1),
    Row("x\n\u{FEFF}a", "a", 0), Row("a\0b", "a", 1), Row("\\!a", "!a", 1), Row("a\\", "a\\", 0),
  ])
  func `A line is read as git reads it`(row: Row) { check(row) }

  @Test(arguments: [
    Row("frotz", "frotz", 1), Row("frotz", "a/frotz/", 1), Row("frotz/", "a/frotz", 0),
    Row("frotz/", "a/frotz/", 1), Row("doc/frotz", "doc/frotz", 1),
    Row("doc/frotz", "a/doc/frotz", 0), Row("/doc/frotz", "doc/frotz", 1),
    Row("/frotz", "frotz", 1), Row("/frotz", "a/frotz", 0), Row("data/*", "data/x", 1),
    Row("data/*", "src/data/x", 0), Row("/", "a/", 0), Row("/*", "a", 1), Row("/*", "a/b", 0),
  ])
  func `A slash anchors, a name floats`(row: Row) { check(row) }

  @Test(arguments: [
    Row("*.o\n!a.o", "a.o", 2), Row("*.o\n!a.o", "b.o", 1), Row("!a.o\n*.o", "a.o", 2),
    Row("a\n!a\na", "a", 3),
  ])
  func `The last line that matches decides`(row: Row) { check(row) }

  @Test(arguments: [
    Row("*", "a", 1), Row("a*", "b/abc", 1), Row("a/*", "a/b/c", 0), Row("foo/*/x", "foo/a/x", 1),
    Row("foo/*/x", "foo/a/b/x", 0), Row("a?c", "abc", 1), Row("a/?", "a/", 0),
    Row("**/foo", "foo", 1), Row("**/foo", "a/b/foo", 1), Row("**/foo/bar", "x/foo/bar", 1),
    Row("abc/**", "abc/x/y", 1), Row("abc/**", "abc/", 0), Row("a/**/b", "a/b", 1),
    Row("a/**/b", "a/x/y/b", 1), Row("a/**/b", "a/xb", 0), Row("a/b**c/d", "a/bxc/d", 1),
    Row("x/*.[ch]", "x/a.c", 1), Row("**\\/b", "a/b", 1), Row("**\\/b", "b", 0),
  ])
  func `Stars stay in a folder, two stars do not`(row: Row) { check(row) }

  @Test(arguments: [
    Row("[a-c]", "b", 1), Row("[!a-c]", "b", 0), Row("[^a-c]", "d", 1), Row("[]a]", "]", 1),
    Row("[!]a]", "]", 0), Row("[a-]", "-", 1), Row("[\\]]", "]", 1), Row("[a", "[a", 0),
    Row("[[:digit:]]x", "7x", 1), Row("[[:upper:][:digit:]]", "Q", 1), Row("[[:word:]]", "a", 0),
    Row("[[:space:]]", "\u{B}", 0), Row("[[:d]", "d", 1), Row("a[b]", "a[b]", 0),
  ])
  func `Sets take bytes, ranges and classes`(row: Row) { check(row) }

  @Test func `Without regard to case, sets and escaped letters stay as git has them`() {
    let rows = [
      Row("README", "readme", 1), Row("*.TXT", "a.txt", 1), Row("/Doc/F*", "doc/FROTZ", 1),
      Row("[A-C]x", "bX", 1), Row("[B]", "b", 0), Row("\\B", "b", 0), Row("\\b", "B", 1),
      Row("[[:upper:]]", "a", 1),
    ]
    for row in rows { check(row, foldsCase: true) }
  }

  private func check(_ row: Row, foldsCase: Bool = false) {
    let list = IgnoreList(file: [], content: Array(row.rules.utf8), foldsCase: foldsCase)
    let isFolder = row.path.hasSuffix("/")
    let path = Array(row.path.utf8.dropLast(isFolder ? 1 : 0))
    let nameStart = path.lastIndex(of: 0x2F).map { $0 + 1 } ?? 0
    let index = path.withUnsafeBufferPointer {
      list.lastMatch($0, nameStart: nameStart, isFolder: isFolder)
    }
    #expect((index < 0 ? 0 : list.rule(index).line) == row.line, "\(row.testDescription)")
  }
}
