import SkySync
import Support
import SystemPackage
import Testing

@Suite struct ScanTests {
  /// A name of every kind that has ever been trouble.
  static let odd: TreeLiteral = [
    "a": ["x": .file("x"), "z": .file("")],
    "a-b": .file("sorts between a and a/x"),
    "a0": .file("sorts after a/z"),
    "empty": .folder(mode: 0o700),
    "new\nline": .file("n"),
    " lead and trail ": .file("s"),
    .bytes([0xFF, 0xFE, 0x80]): .file("no UTF-8"),
    .bytes(Array(repeating: UInt8(ascii: "n"), count: 255)): .file("255 bytes"),
    "-rf": .file("a flag?"),
    "~": ["$HOME": .file("q'u\"o`t\\e")],
    "modes": [
      "set-user": .file("", mode: 0o4755), "sticky": .folder(mode: 0o1777),
      "none": .file("", mode: 0),
    ],
    "times": [
      "old": .file("", mtime: -1_500_000_000), "odd": .file("", mtime: 1_700_000_000_123_456_789),
      "far": .file("", mtime: 4_102_444_800_000_000_001),
    ],
    "links": [
      "up": .link("../.."), "loop": .link("loop"), "gone": .link("no/such"),
      "folder": .link("../a"),
    ],
    "first": .file("one"), "second": .hardLink(to: "first"),
  ]

  @Test func `A scan sees what find sees`() async throws {
    try await withScratchFolder { folder in
      try await folder.make(Self.odd)
      let scan = try await scan(folder)
      #expect(try await scan.tree.entries == entriesOfFind(folder))
      #expect(scan.tree.problems == [])
    }
  }
}
