import Support
import Testing

@testable import HostBook

@Suite struct ConfigFileTests {
  static let texts: [[UInt8]] = [
    [], Array("\n".utf8), Array("Host a".utf8), Array("Host a\n".utf8),
    Array("Host a\r\n\tUser b\r\n".utf8), Array("a\rb\rc".utf8), Array("\n\n\n".utf8),
    [0xef, 0xbb, 0xbf] + Array("Host a\n".utf8), [0xff, 0xfe, 0x00, 0x0a, 0x00],
    Array("Port 22\0 hidden\nUser b\n".utf8), Array("# only a comment".utf8),
  ]

  @Test("a file is printed back byte for byte", arguments: texts)
  func printsBack(_ bytes: [UInt8]) {
    #expect(ConfigFile.parse(bytes, path: "c").bytes == bytes)
  }

  @Test func `random bytes are printed back, and lines are numbered`() {
    let seed = UInt64.random(in: 0...999_999)
    print("random bytes: seed \(seed)")
    var dice = SeededGenerator(seed: seed)
    let alphabet: [UInt8] = [0, 9, 10, 10, 13, 32, 34, 35, 39, 61, 92, 65, 0xc3, 0xa4, 0xff]
    for _ in 0..<500 {
      let bytes = (0..<dice.roll(0...60)).map { _ in dice.pick(alphabet) }
      let file = ConfigFile.parse(bytes, path: "c")
      #expect(file.bytes == bytes)
      #expect(file.lines.map(\.number) == Array(1..<(file.lines.count + 1)))
      #expect(file.lines.dropLast().allSatisfy { $0.raw.last == .newline })
    }
  }

  struct Parts: Sendable {
    var line: String
    var keyword: String?
    var arguments: [String]?
    var lineEnd: String
  }

  static let parts: [Parts] = [
    Parts(line: "Host a b\n", keyword: "Host", arguments: ["a", "b"], lineEnd: "\n"),
    Parts(line: "  port=22\r\n", keyword: "port", arguments: ["22"], lineEnd: "\r\n"),
    Parts(line: "Port = 22", keyword: "Port", arguments: ["22"], lineEnd: ""),
    Parts(line: "\"User\" \"a b\" # c", keyword: "User", arguments: ["a b"], lineEnd: ""),
    Parts(line: "  # text", keyword: nil, arguments: [], lineEnd: ""),
    Parts(line: "\t \n", keyword: nil, arguments: [], lineEnd: "\n"),
    Parts(line: "User \"a", keyword: "User", arguments: nil, lineEnd: ""),
    Parts(line: "User a\0 b\n", keyword: "User", arguments: ["a"], lineEnd: "\n"),
    Parts(line: " = Port 22\n", keyword: "Port", arguments: ["22"], lineEnd: "\n"),
  ]

  @Test("a line knows its keyword, arguments and end", arguments: parts)
  func takesApart(_ parts: Parts) throws {
    let line = try #require(ConfigFile.parse(Array(parts.line.utf8), path: "c").lines.first)
    #expect(line.keyword?.text == parts.keyword)
    #expect(line.arguments?.map(\.text) == parts.arguments)
    #expect(line.lineEnd.text == parts.lineEnd)
    #expect(line.isEmpty == (parts.keyword == nil))
  }

  @Test func `a keyword's indices are those of the file`() throws {
    let bytes = Array("# x\n\tHost a\n".utf8)
    let line = ConfigFile.parse(bytes, path: "c").lines[1]
    let keyword = try #require(line.keyword)
    #expect(keyword.indices == 5..<9)
    #expect(line.opensBlock)
  }

  @Test func `a byte order mark is seen`() {
    let marked = ConfigFile.parse([0xef, 0xbb, 0xbf] + Array("# x\n".utf8), path: "c")
    #expect(marked.startsWithByteOrderMark)
    #expect(!ConfigFile.parse(Array("# x\n".utf8), path: "c").startsWithByteOrderMark)
  }
}
