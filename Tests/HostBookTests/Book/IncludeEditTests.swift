@testable import HostBook
import Support
import SystemPackage
import Testing

@Suite struct IncludeEditTests {
  private let bob = SkyHome(
    root: "/home/bob/.sky", userConfig: "/home/bob/.ssh/config", home: "/home/bob",
    passwdHome: "/home/bob")
  private var edit: IncludeEdit { IncludeEdit(bob) }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
  private func installed(_ text: String) throws -> String {
    self.text(try edit.installed(Array(text.utf8)))
  }
  private func place(_ text: String) throws -> IncludeLine.Status {
    try edit.place(Array(text.utf8))
  }

  private static let top = """
    # sky: keep this Include first; `sky hosts uninstall` takes it out again
    Include ~/.sky/ssh_config


    """

  @Test func `the Include stands above everything, with an empty line`() throws {
    #expect(try installed("Host *\n  User me\n") == Self.top + "Host *\n  User me\n")
    #expect(try installed("User me") == Self.top + "User me")
    #expect(try installed("") == Self.top)
  }

  @Test func `a file with CR LF gets lines with CR LF`() throws {
    let text = try installed("Host *\r\n  User me\r\n")
    #expect(text.split(separator: "\r\n", omittingEmptySubsequences: false).count == 6)
    #expect(!text.replacing("\r\n", with: "").contains("\n"))
  }

  @Test(arguments: [
    "Include ~/.sky/ssh_config\n", "include /home/bob/.sky/ssh_config\n",
    "  INCLUDE = \"~/.sky/ssh_config\"\r\n", "Include ../.sky/ssh_config",
    "# a comment\n\nInclude other\nIgnoreUnknown Foo\nInclude ~/.sky/ssh_config # ours\nHost *\n",
    "Include a ~/.sky/ssh_config b\nHost x\n",
  ])
  func `an Include that is first already stays as it is`(config: String) throws {
    #expect(try installed(config) == config)
  }

  @Test(arguments: [
    ("Host *\n", "", 2, 1), ("match all\n", "Host x\n", 2, 1), ("User me\n", "", 2, 1),
    ("# c\n\tHOST=a\n\tUser x\n", "", 4, 2),
  ])
  func `an Include that slipped is put back`(
    above: String, below: String, line: Int, after: Int
  ) throws {
    let bare = above + "Include ~/.sky/ssh_config\n" + below
    #expect(try place(bare) == .slipped(line: line, after: after))
    #expect(try installed(bare) == Self.top + above + below)
    let marked = above + Self.top + below
    #expect(try installed(marked) == Self.top + above + below)
  }

  @Test func `several Includes of the book become one`() throws {
    let twice = Self.top + Self.top + "Host *\nInclude ~/.sky/ssh_config\n"
    #expect(try installed(twice) == Self.top + "Host *\n")
  }

  @Test func `an Include of something else is none of ours`() throws {
    let other =
      "Include ~/.sky/ssh_config.d/*\nInclude ~/.sky/ssh_config2\n#Include ~/.sky/ssh_config\n"
    #expect(try place(other) == .absent)
    #expect(try installed(other) == Self.top + other)
  }

  @Test func `a mark that lost its Include goes with the next installation`() throws {
    let torn = IncludeEdit.mark + "\nHost *\n"
    #expect(try installed(torn) == Self.top + "Host *\n")
  }

  @Test(arguments: [1, 2, UInt64.random(in: 0..<1 << 40)])
  func `uninstalling gives every file back byte for byte`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<25 {
      let config = Self.randomConfig(&random)
      for made in IncludeEdit.Made.allCases {
        let with = try edit.installed(config, made: made)
        #expect(try edit.uninstalled(with) == config, "seed \(seed)")
        #expect(try edit.installed(with) == with, "seed \(seed)")
        #expect(try edit.place(with) == .installed(line: 2), "seed \(seed)")
        #expect(edit.made(with) == made)
        let inline = try edit.inlined(
          config, book: Array("# sky: book 1\nHost a\n".utf8), made: made)
        #expect(try edit.uninstalled(inline) == config, "seed \(seed)")
        #expect(try edit.installed(inline) == edit.installed(config), "seed \(seed)")
      }
    }
  }

  private static func randomConfig(_ random: inout SeededGenerator) -> [UInt8] {
    let parts = [
      "Host a\n", "Host *\r\n", "\tUser me\n", "\n", "\r\n", "  \n", "# note\n", "Match all\n",
      "Include other/*\n", "\u{fe0f}é\n", "Port=22\n", "no end", "\r", "\u{c}\n", "\u{0}\n",
    ]
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      if Int.random(in: 0...9, using: &random) == 0 {
        bytes.append(UInt8.random(in: 0...255, using: &random))
      }
      bytes += Array((parts.randomElement(using: &random) ?? "").utf8)
    }
    return bytes
  }

  @Test(arguments: [
    "BE", "BEBE", "BBE", "BEE", "EB", "B", "E", "EBE",
  ])
  func `inline markers that do not fit are refused, unless there is one of each`(shape: String)
    throws
  {
    let begin = InlineSection.begin + "\n"
    let end = InlineSection.end + "\n"
    let config = shape.map { $0 == "B" ? begin : end }.joined(separator: "Host mine\n")
    if shape == "BE" {
      #expect(try text(edit.uninstalled(Array(config.utf8))) == "")
      return
    }
    for action in [
      edit.uninstalled, { try edit.installed($0) }, { try edit.inlined($0, book: []) },
    ] {
      #expect {
        _ = try action(Array(config.utf8))
      } throws: {
        ($0 as? BookError)?.code == .malformed
      }
    }
  }
}
