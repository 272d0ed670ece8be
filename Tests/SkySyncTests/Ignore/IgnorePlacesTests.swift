import SkySync
import Support
import SystemPackage
import Testing

/// All the places that git takes rules from, each with the real git as the judge.
@Suite struct IgnorePlacesTests {
  @Test func `A folder inside a repository obeys the files above it`() async throws {
    try await withOracle { oracle in
      try await oracle.makeRepository()
      try await oracle.top.make([
        ".gitignore": .file("secret.env\n/work/deep/anchored\n!*.keep\n*.keep\n"),
        "work/.gitignore": .file("*.cache\n"),
        "work/deep/secret.env": .file(""), "work/deep/anchored": .file(""),
        "work/deep/a.cache": .file(""), "work/deep/a.keep": .file(""), "work/deep/a": .file(""),
      ])
      try await expectAgreement(oracle, in: oracle.top.appending("work").appending("deep"))
    }
  }

  @Test func `A linked work tree takes info/exclude from the main one`() async throws {
    try await withOracle { oracle in
      try await oracle.git(["init", "-q"])
      try await commit(oracle, in: oracle.top)
      try await oracle.git(["worktree", "add", "-q", "../linked"])
      try await oracle.top.make([".git/info/exclude": .file("*.cache\n")])
      let linked = oracle.top.removingLastComponent().appending("linked")
      try await linked.make(["a.cache": .file(""), "b": .file("")])
      try await expectAgreement(oracle, in: linked)
    }
  }

  @Test func `A submodule has its own rules`() async throws {
    try await withOracle { oracle in
      let other = GitOracle(top: oracle.home.appending("other"), home: oracle.home)
      try await other.top.make([:])
      try await other.git(["init", "-q"])
      try await commit(other, in: other.top)
      try await oracle.git(["init", "-q"])
      try await oracle.git([
        "-c", "protocol.file.allow=always", "submodule", "-q", "add", other.top.string, "sub",
      ])
      try await oracle.top.make([
        ".gitignore": .file("*.cache\n"), ".git/modules/sub/info/exclude": .file("*.own\n"),
        "sub/a.cache": .file(""), "sub/a.own": .file(""),
      ])
      try await expectAgreement(oracle, in: oracle.top.appending("sub"))
    }
  }

  @Test(arguments: [
    "[core]\n\texcludesFile = ~/mine\n", "[core] excludesfile=\"~/mi\"ne # a note\n",
    "[CORE]\nExcludesFile = none\n[core]\nexcludesFile = \\\n~/mine", "[include]\n\tpath = more\n",
    "[includeIf \"gitdir:~/../top/\"]\n\tpath = more\n",
    "[includeIf \"gitdir:top/\"]\npath = ~/more\n",
    "[includeIf \"gitdir:/nowhere/\"]\n\tpath = more\n",
    "[includeIf \"onbranch:ma*\"]\n\tpath = more\n", "[core]\n\texcludesFile =\n",
    "[core]\n\texcludesFile = relative\n", "[core \"sub\"]\n\texcludesFile = ~/mine\n",
    "; nothing\r\n[core]\r\n\texcludesFile = ~/mine\r\n",
  ])
  func `The user's own file is found as git finds it`(config: String) async throws {
    try await withOracle { oracle in
      try await oracle.makeRepository()
      try await oracle.home.make([
        ".gitconfig": .file(config),
        "more": .file("[core]\n\texcludesFile = mine\n\texcludesFile = ~/mine"),
        "mine": .file("*.mine\n"), ".config/git/ignore": .file("*.default\n"),
      ])
      try await oracle.top.make([
        "relative": .file("*.relative"), "a.mine": .file(""), "a.default": .file(""),
        "a.relative": .file(""),
      ])
      try await expectAgreement(oracle, in: oracle.top)
    }
  }

  @Test func `What only looks like a repository is none`() async throws {
    try await withOracle { oracle in
      try await oracle.makeRepository()
      try await oracle.top.make([
        ".gitignore": .file("*.o\n"), "inner/.git": .folder(), "inner/a.o": .file(""),
      ])
      try await expectAgreement(oracle, in: oracle.top.appending("inner"))
    }
  }

  @Test func `Outside of a repository the ignore files still count`() async throws {
    try await withOracle { oracle in
      try await oracle.home.make([".config/git/ignore": .file("*.default\n")])
      try await oracle.top.make([
        ".gitignore": .file("*.o\n!keep.o\n"), "a.o": .file(""), "keep.o": .file(""),
        "d/.gitignore": .file("x\n"), "d/x": .file(""), "d/y": .file(""), "a.default": .file(""),
      ])
      let kept = [".gitignore", "d", "d/.gitignore", "d/y", "keep.o"]
      #expect(try await self.kept(oracle, in: oracle.top) == kept)
    }
  }

  @Test func `A skyignore at the root replaces all other rules`() async throws {
    try await withOracle { oracle in
      try await oracle.makeRepository()
      try await oracle.top.make([
        ".gitignore": .file("*.o\n"), ".git/info/exclude": .file("*.x\n"),
        ".skyignore": .file(".git\n*.y\n!keep.y\n"), "d/.skyignore": .file("/z\n"),
        "a.o": .file(""), "a.x": .file(""), "a.y": .file(""), "keep.y": .file(""),
        "d/z": .file(""), "d/e/z": .file(""), "d/.gitignore": .file("e\n"),
      ])
      let kept = [
        ".gitignore", ".skyignore", "a.o", "a.x", "d", "d/.gitignore", "d/.skyignore", "d/e",
        "d/e/z", "keep.y",
      ]
      #expect(try await self.kept(oracle, in: oracle.top) == kept)
    }
  }

  @Test func `A nested skyignore alone changes nothing`() async throws {
    try await withOracle { oracle in
      try await oracle.top.make(["d/.skyignore": .file("*\n"), "d/a": .file("")])
      #expect(try await self.kept(oracle, in: oracle.top) == ["d", "d/.skyignore", "d/a"])
    }
  }

  @Test func `An ignored root sends nothing, and says why`() async throws {
    try await withOracle { oracle in
      try await oracle.makeRepository()
      try await oracle.top.make([".gitignore": .file("\nbuild/\n"), "build/out/a": .file("")])
      let root = oracle.top.appending("build").appending("out")
      let rules = IgnoreRules.load(root, environment: GitEnvironment(oracle.environment))
      let scan = try await scan(root, ignore: rules)
      #expect(scan.tree.entries == [])
      #expect(scan.tree.problems.map(\.path) == [[]])
      #expect(scan.tree.problems.first?.reason.hasSuffix("top/.gitignore:2: build/") == true)
    }
  }

  @Test func `Rules that cannot be understood are a problem, not a failure`() async throws {
    try await withOracle { oracle in
      try await oracle.makeRepository(config: "[core\n")
      try await oracle.top.make(["a": .file("")])
      let rules = IgnoreRules.load(oracle.top, environment: GitEnvironment(oracle.environment))
      #expect(rules.problems.map(\.reason) == ["cannot understand line 3"])
      #expect(try await kept(oracle, in: oracle.top) == ["a"])
    }
  }

  // MARK: -

  /// Every path that git keeps, and the line for each that it does not, are ours too.
  private func expectAgreement(_ oracle: GitOracle, in root: FilePath) async throws {
    let rules = IgnoreRules.load(root, environment: GitEnvironment(oracle.environment))
    let all = try await scan(root).tree.entries.map(\.path)
      .filter { !$0.starts(with: Array(".git/".utf8)) && $0 != Array(".git".utf8) }
    let answers = try await oracle.checkIgnore(all, in: root)
    for (answer, decision) in zip(answers, rules.decisions(all, in: root)) {
      let path = String(decoding: answer.path, as: UTF8.self)
      #expect(decision.ignored == answer.isIgnored, "\(path)")
      #expect((decision.rule?.line ?? 0) == answer.line, "\(path)")
      #expect((decision.rule?.pattern ?? []) == answer.pattern, "\(path)")
    }
    #expect(answers.count == all.count)
    let files = try await scan(root, ignore: rules).tree.entries.filter { $0.kind != .folder }
      .map(\.path).filter {
        !$0.starts(with: Array(".git".utf8)) || $0.starts(with: Array(".gitig".utf8))
      }
    let listed = try await oracle.files(in: root)
    #expect(files == Array(Set(listed)).sorted { $0.lexicographicallyPrecedes($1) })
  }

  private func kept(_ oracle: GitOracle, in root: FilePath) async throws -> [String] {
    let rules = IgnoreRules.load(root, environment: GitEnvironment(oracle.environment))
    let paths = try await scan(root, ignore: rules).tree.entries.map(\.path)
    return paths.map { String(decoding: $0, as: UTF8.self) }
      .filter { $0 != ".git" && !$0.hasPrefix(".git/") }
  }

  private func commit(_ oracle: GitOracle, in folder: FilePath) async throws {
    try await oracle.git(
      [
        "-c", "user.name=n", "-c", "user.email=e", "commit", "-q", "--allow-empty", "-m", "start",
      ], in: folder)
  }
}

func withOracle(_ body: (GitOracle) async throws -> Void) async throws {
  try await withScratchFolder { folder in
    let oracle = GitOracle(top: folder.appending("top"), home: folder.appending("home"))
    try await oracle.top.make([:])
    try await oracle.home.make([:])
    try await body(oracle)
  }
}
