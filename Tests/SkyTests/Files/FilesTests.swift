import Support
import SystemPackage
import Testing

/// `sky files` beside the real git.
@Suite struct FilesTests {
  private let tree: TreeLiteral = [
    ".gitignore": .file("*.o\n/out/\n!keep.o\n"), "a.o": .file(""), "keep.o": .file(""),
    "out/x": .file(""), "plain": .file("12345", mode: 0o600, mtime: 1_000_000_007),
    "l": .link("plain"),
    "sub/.gitignore": .file("\n\n[mn]ine\n"), "sub/mine": .file(""), "sub/yours": .file(""),
    "tab\tquote\"back\\slash\nline": .file(""), "é": .file(""),
    .bytes([0xFF, 0x01]): .file(""), "empty": .folder(),
  ]

  @Test(arguments: [[], ["-z"]])
  func `Prints what git ls-files prints`(flags: [String]) async throws {
    try await withRepository { oracle in
      let ours = try await sky(flags, oracle).output
      let theirs = try await oracle.git(["ls-files", "-co", "--exclude-standard"] + flags)
      let end: UInt8 = flags.isEmpty ? 10 : 0
      let listed = ours.split(separator: end).filter { !$0.starts(with: Array(".git/".utf8)) }
      #expect(listed == theirs.split(separator: end))
    }
  }

  @Test func `Explains a path as git check-ignore does`() async throws {
    try await withRepository { oracle in
      for path in ["a.o", "keep.o", "out/x", "sub/mine", "sub/yours", "plain"] {
        let ours = try await sky(["--explain", path], oracle)
        let theirs = try await oracle.git(
          ["check-ignore", "--no-index", "-v", "-n", path], statuses: 0...1)
        #expect(ours.output == theirs)
        #expect(ours.status == 0)
      }
      let inside = try await sky([oracle.top.appending("sub").string, "--explain", "x.o"], oracle)
      #expect(inside.text == "\(oracle.top)/.gitignore:1:*.o\tx.o\n")
    }
  }

  @Test func `Lists what is left out, with the lines that do it`() async throws {
    try await withRepository { oracle in
      #expect(try await sky(["--ignored"], oracle).text == "a.o\nout/\nsub/mine\n")
      let json = try await sky(["--ignored", "--json"], oracle).text
      #expect(json.contains(#""pattern" : "[mn]ine""#))
      #expect(json.contains(#""line" : 3"#))
    }
  }

  @Test func `JSON keeps names that are no text`() async throws {
    try await withRepository { oracle in
      let json = try await sky(["--json"], oracle).text
      #expect(json.contains(#""base64" : "/wE=""#))
      #expect(json.contains(#""mtime_ns" : 1000000007"#))
    }
  }

  @Test func `Names tracked files that are left out, once, with the line that sends them`()
    async throws
  {
    try await withRepository { oracle in
      try await oracle.git(["add", "-f", "out/x"])
      let words = try await sky([], oracle).errorText
      #expect(words.contains("git tracks"))
      #expect(words.contains("  out/x\n"))
      #expect(words.contains("add this line to .gitignore: !/out/\n"))
    }
  }

  @Test func `A folder that is not there is 66`() async throws {
    try await withRepository { oracle in
      let result = try await sky(["none"], oracle)
      #expect(result.status == 66)
      #expect(result.output == [])
    }
  }

  private func sky(_ arguments: [String], _ oracle: GitOracle) async throws -> ProgramResult {
    try await run(
      SkyProgram.path.string, ["files"] + arguments, environment: oracle.environment,
      in: oracle.top)
  }

  private func withRepository(_ body: (GitOracle) async throws -> Void) async throws {
    try await withScratchFolder { folder in
      let oracle = GitOracle(top: folder.appending("top"), home: folder.appending("home"))
      try await oracle.top.make(tree)
      try await oracle.home.make([:])
      try await oracle.git(["init", "-q"])
      try await body(oracle)
    }
  }
}
