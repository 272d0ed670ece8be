import Support
import SystemPackage
import Testing

@testable import SkySync

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

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
      "folder": .link("../a"), "long": .link(String(repeating: "x/", count: 2000)),
    ],
    "first": .file("one"), "second": .hardLink(to: "first"),
  ]

  @Test func `A scan sees what find sees`() async throws {
    try await withScratchFolder { folder in
      try await folder.make(Self.odd)
      let scan = try await scan(folder)
      #expect(try await Array(scan.tree.entries) == entriesOfFind(folder))
      #expect(scan.tree.problems == [])
    }
  }

  @Test func `Names that share a beginning are sorted as whole paths`() async throws {
    try await withScratchFolder { folder in
      var random = SeededGenerator(seed: 3)
      var tree = TreeLiteral()
      var folders: [[UInt8]] = [[]]
      var taken: Set<[UInt8]> = []
      for _ in 0..<400 {
        let name = (0..<Int.random(in: 1...14, using: &random)).map { _ in
          random.pick(Array("aa-.0\u{1}".utf8) + [0xFF])
        }
        let parent = random.pick(folders)
        let path = parent.isEmpty ? name : parent + [0x2F] + name
        guard name != [0x2E], name != [0x2E, 0x2E], taken.insert(path).inserted else { continue }
        if random.chance(30) { folders.append(path) }
        tree.items.append((path, folders.last == path ? .folder() : .file("")))
      }
      try await folder.make(tree)
      #expect(try await Array(scan(folder).tree.entries) == entriesOfFind(folder))
    }
  }

  @Test func `Sockets, FIFOs and devices are skipped with a word`() async throws {
    try await withScratchFolder { folder in
      try await folder.make(["d/pipe": .fifo, "d/sock": .socket, "file": .file("")])
      let tree = try await scan(folder).tree
      #expect(tree.entries.map(\.path) == [Array("d".utf8), Array("file".utf8)])
      #expect(
        tree.problems == [
          Problem(path: Array("d/pipe".utf8), reason: "skipped: a FIFO", isNotice: true),
          Problem(path: Array("d/sock".utf8), reason: "skipped: a socket", isNotice: true),
        ])
    }
    let devices = try await scan("/dev").tree.problems
    #expect(
      devices.contains(
        Problem(path: Array("null".utf8), reason: "skipped: a character device", isNotice: true)))
  }

  @Test func `A path may be longer than the system's limit`() async throws {
    try await withScratchFolder { folder in
      let part = Array(repeating: UInt8(ascii: "p"), count: 200)
      let deep = Array(Array(repeating: part, count: 60).joined(separator: [0x2F]))
      try await folder.make([.bytes(deep + Array("/end".utf8)): .file("x"), "side": .file("")])
      let tree = try await scan(folder).tree
      #expect(try await Array(tree.entries) == entriesOfFind(folder))
      #expect(tree.entries.map(\.path.count).max() == 60 * 201 + 3)
      #expect(tree.problems == [])
    }
  }

  @Test func `More folders wait than may be open at once`() async throws {
    try await withScratchFolder { folder in
      var tree = TreeLiteral()
      for depth in 1...400 {
        let path = Array(repeating: "d", count: depth).joined(separator: "/")
        tree.items.append((Array("\(path)/a-side".utf8), .folder()))
        tree.items.append((Array("\(path)/z-side/leaf".utf8), .file("")))
      }
      try await folder.make(tree)
      #expect(try await Array(scan(folder).tree.entries) == entriesOfFind(folder))
    }
  }

  @Test func `Ignored folders are not entered`() async throws {
    try await withScratchFolder { folder in
      try await folder.make([
        ".gitignore": .file("out/\n*.o\n"), "out/pipe": .fifo,
        "src": ["a.o": .file(""), "a": .file("")],
      ])
      let rules = IgnoreRules.load(folder, environment: GitEnvironment())
      let scan = try await scan(folder, ignore: rules, listsIgnored: true)
      #expect(scan.tree.problems == [])
      #expect(scan.ignored.map { String(decoding: $0.path, as: UTF8.self) } == ["out", "src/a.o"])
      #expect(scan.ignored.map(\.rule.line) == [1, 2])
      #expect(scan.ignored.map(\.isFolder) == [true, false])
    }
  }

  @Test func `The root may be a link, and must be a folder`() async throws {
    try await withScratchFolder { folder in
      try await folder.make(["real/a": .file("abc"), "link": .link("real"), "file": .file("")])
      let real = try await scan(folder.appending("real"))
      #expect(try await scan(folder.appending("link")) == real)
      for name in ["file", "none"] {
        await #expect(throws: SyncError.self) { try await scan(folder.appending(name)) }
      }
      let entry = try look(at: folder.appending("real").appending("a"))
      #expect(entry == real.tree.entries.first)
      #expect(try look(at: folder.appending("link")).linkTarget == Array("real".utf8))
      #expect(throws: SyncError.self) { try look(at: folder.appending("none")) }
    }
  }

  @Test func `A cancelled scan says so`() async throws {
    let task = Task { try await scan("/usr/share") }
    task.cancel()
    await #expect { try await task.value } throws: { ($0 as? SyncError)?.code == .cancelled }
  }

  #if canImport(Glibc)
    @Test(.enabled(if: geteuid() == 0, "only root can take another's place"))
    func `What may not be read is a problem, the rest is there`() async throws {
      try await withScratchFolder { folder in
        try await folder.make([
          "closed": .folder(["in": .file("")], mode: 0o700, mtime: nil),
          "unlisted": .folder(["in": .file("")], mode: 0o711, mtime: nil),
          "listed": .folder(["in": .file("")], mode: 0o744, mtime: nil), "open/in": .file(""),
          "rules/.gitignore": .file("x", mode: 0o600), "rules/x": .file(""),
        ])
        _ = try await run("chmod", ["755", folder.string])
        let rules = IgnoreRules.load(folder, environment: GitEnvironment())
        let scan = try await scanAsNobody(folder, rules)
        let paths = scan.tree.entries.map { String(decoding: $0.path, as: UTF8.self) }
        let kept = ["closed", "listed", "open", "open/in", "rules", "rules/.gitignore", "rules/x"]
        #expect(paths == kept + ["unlisted"])
        let expected = [
          "closed": "cannot open the folder: Permission denied",
          "listed/in": "cannot read it: Permission denied",
          "rules/.gitignore": "cannot read the ignore rules: Permission denied",
          "unlisted": "cannot open the folder: Permission denied",
        ]
        let problems = scan.tree.problems.map {
          (String(decoding: $0.path, as: UTF8.self), $0.reason)
        }
        #expect(Dictionary(uniqueKeysWithValues: problems) == expected)
      }
    }

    /// Scans on threads whose file access is nobody's: setfsuid(2) counts for one thread and those it starts.
    private func scanAsNobody(_ folder: FilePath, _ rules: IgnoreRules) async throws -> FileScan {
      typealias SetUser = @convention(c) (uid_t) -> Int32
      let symbol = try #require(dlsym(nil, "setfsuid"))
      let setUser = unsafeBitCast(symbol, to: SetUser.self)
      let run = try ScanRun(folder, rules: rules, listsIgnored: false)
      let result = await withCheckedContinuation { continuation in
        let started = startThread {
          _ = setUser(65534)
          run.start { continuation.resume(returning: $0) }
        }
        #expect(started)
      }
      return try result.get()
    }
  #endif
}
