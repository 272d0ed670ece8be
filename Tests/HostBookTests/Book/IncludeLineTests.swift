import HostBook
import Support
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct IncludeLineTests {
  @Test func `what sky made goes away again, what was there stays`() async throws {
    try await withScratchHome { home in
      let include = IncludeLine(home)
      let folder = home.userConfig.removingLastComponent()
      try include.install()
      #expect(try FileSystem.status(folder)?.mode == 0o700)
      #expect(try FileSystem.status(home.userConfig)?.mode == 0o600)
      try writeFile(folder.appending("known_hosts"), "mine\n")
      try include.uninstall()
      #expect(try FileSystem.status(home.userConfig) == nil)
      #expect(try FileSystem.status(folder) != nil)

      try include.install()
      let text = try #require(try FileSystem.read(home.userConfig))
      try writeFile(home.userConfig, text + Array("Host mine\n".utf8))
      try include.uninstall()
      #expect(try FileSystem.read(home.userConfig) == Array("Host mine\n".utf8))

      try writeFile(home.userConfig, "")
      try include.install()
      try include.uninstall()
      #expect(try FileSystem.read(home.userConfig) == [])
    }
  }

  @Test func `a chain of links and the mode are kept`() async throws {
    try await withScratchHome { home in
      let dotfiles = home.home.appending("dotfiles")
      try writeFile(dotfiles.appending("real"), "Host a\n", mode: 0o640)
      try makeFolders(home.userConfig.removingLastComponent())
      try link("real", at: dotfiles.appending("link"))
      try link("../dotfiles/link", at: home.userConfig)
      let include = IncludeLine(home)
      try include.install()
      #expect(try FileSystem.status(home.userConfig, followLinks: false)?.kind == .link)
      #expect(try FileSystem.status(dotfiles.appending("link"), followLinks: false)?.kind == .link)
      let real = try #require(try FileSystem.status(dotfiles.appending("real")))
      #expect(real.kind == .file && real.mode == 0o640)
      #expect(try include.status() == .installed(line: 2))
      try include.uninstall()
      #expect(try FileSystem.read(dotfiles.appending("real")) == Array("Host a\n".utf8))
      #expect(try FileSystem.list(dotfiles).count == 2)
    }
  }

  @Test func `a dangling link gets the file that it names`() async throws {
    try await withScratchHome { home in
      try makeFolders(home.userConfig.removingLastComponent())
      try link("elsewhere", at: home.userConfig)
      try IncludeLine(home).install()
      let target = home.userConfig.removingLastComponent().appending("elsewhere")
      #expect(try FileSystem.status(target, followLinks: false)?.kind == .file)
    }
  }

  @Test func `a loop of links is an error with words`() async throws {
    try await withScratchHome { home in
      try makeFolders(home.userConfig.removingLastComponent())
      try link("config", at: home.userConfig)
      #expect {
        try IncludeLine(home).install()
      } throws: {
        ($0 as? BookError)?.code == .cannotRead
      }
    }
  }

  @Test func `a read-only config is left alone and the line is given`() async throws {
    try await withScratchHome { home in
      try writeFile(home.userConfig, "Host a\n", mode: 0o444)
      let change = try IncludeLine(home).install()
      #expect(change.obstacle == "\(home.userConfig) is read-only")
      #expect(change.line == "Include \(home.book)")
      #expect(try FileSystem.read(home.userConfig) == Array("Host a\n".utf8))
    }
  }

  @Test func `a byte-order mark is refused, ssh would not read the file`() async throws {
    try await withScratchHome { home in
      try writeFile(home.userConfig, [0xef, 0xbb, 0xbf] + Array("Host a\n".utf8))
      #expect {
        try IncludeLine(home).install()
      } throws: {
        ($0 as? BookError)?.code == .malformed
      }
    }
  }

  @Test(arguments: ["", "Host a\n", "Host a", "a\nb\nc\nd\ne\nf\n", nil] as [String?])
  func `the diff is one that patch takes`(config: String?) async throws {
    try await withScratchHome { home in
      if let config { try writeFile(home.userConfig, config) }
      let change = try IncludeLine(home).plan(.include)
      #expect(try FileSystem.read(home.userConfig) == config.map { Array($0.utf8) })
      let copy = home.home.appending("copy")
      if let config { try writeFile(copy, config) }
      let patched = try await run(
        "patch", ["-s", copy.string], input: Array(change.diff.utf8), in: home.home)
      #expect(patched.status == 0, "\(change.diff)\n\(patched.text)")
      #expect(try FileSystem.read(copy) == change.after)
    }
  }

  @Test func `a diff of moved lines has two hunks, and patch takes it`() async throws {
    try await withScratchFolder { folder in
      let lines = (1...40).map { "line \($0)\n" }
      let old = (lines + ["moved\n"]).joined()
      let new = (["moved\n"] + lines).joined()
      let diff = UnifiedDiff.lines(Array(old.utf8), Array(new.utf8), oldName: "a", newName: "b")
      #expect(diff.split(separator: "\n").count { $0.hasPrefix("@@") } == 2)
      try writeFile(folder.appending("a"), old)
      let patched = try await run("patch", ["-s", "a"], input: Array(diff.utf8), in: folder)
      #expect(patched.status == 0)
      #expect(try FileSystem.read(folder.appending("a")) == Array(new.utf8))
    }
  }

  @Test func `inline the whole book is in the config and follows its changes`() async throws {
    try await withScratchHome { home in
      try writeFile(home.userConfig, "Host *\n  User mallory\n")
      let store = BookStore(home)
      let include = IncludeLine(home)
      try store.change { (book, _) throws(BookError) in try book.put([Sample.manual()]) }
      try include.reach(.inline)
      #expect(try include.status() == .inline(line: 1))
      try store.change { (book, _) throws(BookError) in
        try book.put([Sample.manual("db", "192.0.2.8")])
      }
      let proof = ProofBySSH(home)
      for entry in try store.read().entries {
        let answer = try #require(try proof.ask(entry.alias, in: home.userConfig))
        #expect(proof.differences(entry, answer) == [])
      }
      try include.uninstall()
      #expect(try FileSystem.read(home.userConfig) == Array("Host *\n  User mallory\n".utf8))
    }
  }

  private func link(_ target: String, at path: FilePath) throws {
    guard symlink(target, path.string) == 0 else { throw Errno(rawValue: errno) }
  }
}
