import Support
import SystemPackage
import Testing

@testable import SkySync

/// Files that git tracks although a rule ignores them: left out, and named.
@Suite struct TrackedTests {
  @Test(arguments: [
    ["index.version=2"], ["index.version=3"], ["index.version=4"], ["core.splitIndex=true"],
    ["index.version=4", "core.splitIndex=true"], ["index.skipHash=true"],
  ])
  func `Every form of the index is read`(settings: [String]) async throws {
    try await withOracle { oracle in
      try await oracle.git(["init", "-q"])
      try await track(oracle, settings)
      try await expectNamed(oracle)
    }
  }

  @Test func `An index of SHA-256 names is read`() async throws {
    try await withOracle { oracle in
      try await oracle.git(["init", "-q", "--object-format=sha256"])
      try await track(oracle, [])
      try await expectNamed(oracle)
    }
  }

  @Test func `Intended additions and names in conflict are read`() async throws {
    try await withOracle { oracle in
      try await oracle.git(["init", "-q"])
      try await track(oracle, [])
      let object = String(repeating: "1", count: 40)
      let stages = (1...3).map { "100644 \(object) \($0)\tsub/both.gen\n" }.joined()
      try await oracle.git(["update-index", "--index-info"], input: Array(stages.utf8))
      try await oracle.top.make(["sub/both.gen": .file(""), "sub/new.gen": .file("")])
      try await oracle.git(["add", "-f", "-N", "sub/new.gen"])
      try await expectNamed(oracle, also: ["sub/both.gen", "sub/new.gen"])
    }
  }

  @Test func `A damaged index is a problem, not a failure`() async throws {
    try await withOracle { oracle in
      try await oracle.git(["init", "-q"])
      try await track(oracle, [])
      let whole =
        try await oracle.top.appending(".git").readTree()
        .first { $0.path == Array("index".utf8) }?.content ?? []
      for length in [0, 3, 11, 12, 40, 75, 100, 160] {
        try await oracle.top.make([".git/index": .file(bytes: Array(whole.prefix(length)))])
        let scan = try await look(oracle, in: oracle.top)
        #expect(scan.tree.problems.count == 1, "\(length) bytes")
        #expect(scan.trackedIgnored == [], "\(length) bytes")
        #expect(scan.tree.entries.contains { $0.path == Array("kept".utf8) })
      }
    }
  }

  @Test func `No index at all is no problem`() async throws {
    try await withOracle { oracle in
      try await oracle.makeRepository()
      try await oracle.top.make([".gitignore": .file("*.gen"), "a.gen": .file("")])
      let scan = try await look(oracle, in: oracle.top)
      #expect(scan.tree.problems == [])
      #expect(scan.trackedIgnored == [])
    }
  }

  @Test func `Noise instead of an index never does harm`() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<2000 {
      var bytes =
        Array("DIRC".utf8) + [0, 0, 0, UInt8.random(in: 2...4, using: &random), 0, 0, 0, 2]
      bytes += (0..<Int.random(in: 0...300, using: &random)).map { _ in
        random.chance(30) ? 0 : UInt8.random(in: 0...255, using: &random)
      }
      var reader = GitIndexReader(bytes, hashSize: 20)
      try? reader.read()
      #expect(reader.paths.count <= 2)
    }
  }

  @Test func `What a rule takes out of the repository itself is named`() async throws {
    try await withOracle { oracle in
      try await oracle.git(["init", "-q"])
      try await track(oracle, [])
      try await oracle.top.make([".git/logs/HEAD": .file("")])
      try await oracle.top.make([".gitignore": .file("logs/\n")])
      let scan = try await look(oracle, in: oracle.top)
      #expect(scan.trackedIgnored.map { String(decoding: $0.path, as: UTF8.self) } == [".git/logs"])
    }
  }

  @Test func `The line that is proposed makes git, and us, send the file`() async throws {
    try await withOracle { oracle in
      try await oracle.git(["init", "-q"])
      try await oracle.top.make([
        "a.gen": .file(""), "sub/b [x].gen": .file(""), "sub/ends in space ": .file(""),
        "out/deep/c": .file(""), "s*r/d": .file(""), "e.own": .file(""),
      ])
      try await oracle.git(["add", "-A"])
      try await oracle.top.make([
        ".gitignore": .file("*.gen\nout/\n"), "sub/.gitignore": .file("*\n"),
        ".git/info/exclude": .file("s?r/\n*.own\n"),
      ])
      let named = try await look(oracle, in: oracle.top).trackedIgnored
      #expect(named.count == 6)
      for line in Set(named.map { $0.reinclusion() }.map { [$0.file, $0.line] }) {
        try appendFile(
          oracle.top.appending(String(decoding: line[0], as: UTF8.self)), line[1] + [10])
      }
      #expect(try await look(oracle, in: oracle.top).trackedIgnored == [])
      #expect(try await oracle.git(["ls-files", "-ci", "--exclude-standard"]) == [])
    }
  }

  // MARK: -

  private func track(_ oracle: GitOracle, _ settings: [String]) async throws {
    let flags = settings.flatMap { ["-c", $0] }
    try await oracle.top.make([
      "kept": .file("1"), "first.gen": .file("2"), "sub/a.gen": .file("3"), "sub/b": .file("4"),
      "out/deep/x": .file("5"), "out/deep/y": .file("6"), "out-of": .file("7"),
    ])
    try await oracle.git(flags + ["add", "-A"])
    // Once more, for a split index to have something to build on.
    try await oracle.top.make(["sub/c.gen": .file("8"), "kept": .file("9")])
    try await oracle.git(flags + ["add", "-A"])
    try await oracle.top.make([
      ".gitignore": .file("*.gen\nout/\n"), "free.gen": .file(""), "out/free": .file(""),
    ])
  }

  /// The names are git's own, from the top and from a folder.
  private func expectNamed(_ oracle: GitOracle, also more: [String] = []) async throws {
    for folder in ["", "sub", "out/deep"] {
      let root = oracle.top.appending(FilePath(folder).components)
      let listed = try await oracle.git(
        ["ls-files", "-ci", "--exclude-standard", "-z"], in: root
      ).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      let scan = try await look(oracle, in: root)
      let named = scan.trackedIgnored.map { String(decoding: $0.path, as: UTF8.self) }
      #expect(named == (folder == "out/deep" ? [] : Set(listed).sorted()), "in \(folder)")
      #expect(scan.tree.problems.count == (folder == "out/deep" ? 1 : 0))
      if folder.isEmpty { #expect(Set(named).isSuperset(of: more + ["first.gen", "out/deep/x"])) }
    }
  }

  private func look(_ oracle: GitOracle, in root: FilePath) async throws -> FileScan {
    let rules = IgnoreRules.load(root, environment: GitEnvironment(oracle.environment))
    return try await scan(root, ignore: rules)
  }
}
