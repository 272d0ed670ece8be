import Support
import SystemPackage
import Testing

@testable import HostBook

@Suite struct ExplainTests {
  private let file: FilePath = "/home/me/.ssh/config"

  private func explain(
    _ text: String, exec: ResolverEnvironment.ExecPolicy = .refuse, host: String = "dev"
  ) throws -> Resolution {
    try Resolver(environment: .memory(text, exec: exec)).resolve(host, explains: true)
  }

  private func setting(_ key: String, in resolution: Resolution) throws -> Resolution.Setting {
    try #require(resolution.values.first { $0.key == key })
  }

  @Test func `a value names its line and what it overrode`() throws {
    let resolution = try explain("Host dev\n  User bob\nHost *\n  User root\n  Port 7\n")
    let user = try setting("user", in: resolution)
    #expect(user.value == "bob")
    #expect(user.origin == .init(file: file, line: 2))
    #expect(user.overrides == [.init(value: "root", origin: .init(file: file, line: 4))])
    #expect(try setting("port", in: resolution).overrides == [])
  }

  @Test func `a default has no line`() throws {
    let resolution = try explain("Host dev\n")
    #expect(try setting("port", in: resolution).origin == nil)
    #expect(resolution.unusedLines == [])
  }

  @Test func `explaining changes no value`() throws {
    let text = "Match final host dev\n User x\nHost d*\n Port 3\nIdentityFile ~/a\n"
    let plain = try Resolver(environment: .memory(text)).resolve("dev")
    #expect(try explain(text).host == plain.host)
    #expect(plain.unusedLines == [])
  }

  @Test func `a line in another block says which pattern did not match`() throws {
    let resolution = try explain("Host other *.org\n  User bob\nHost * !dev\n  Port 1\n")
    #expect(resolution.unusedLines.count == 2)
    #expect(
      resolution.unusedLines.first
        == .init(
          key: "user", value: "bob", origin: .init(file: file, line: 2),
          reason: .blockDoesNotApply(
            header: "Host other *.org", origin: .init(file: file, line: 1),
            because: "no pattern matches dev")))
    guard case .blockDoesNotApply(_, _, let because) = resolution.unusedLines[1].reason else {
      Issue.record("another reason")
      return
    }
    #expect(because == "!dev excludes dev")
  }

  @Test func `a Match block says which criterion did not hold`() throws {
    let resolution = try explain("Match user bob host dev\n  Port 1\n")
    #expect(
      resolution.unusedLines.first?.reason
        == .blockDoesNotApply(
          header: "Match user bob host dev", origin: .init(file: file, line: 1),
          because: "criterion user bob does not hold"))
  }

  @Test func `a second pass is told once, and what it adds counts`() throws {
    let resolution = try explain("Match final\n  Port 7\nHost dev\n  User a\n  User b\n")
    let port = try setting("port", in: resolution)
    #expect(port.value == "7")
    #expect(port.origin == .init(file: file, line: 2))
    #expect(resolution.unusedLines.map(\.value) == ["b"])
    #expect(try setting("user", in: resolution).overrides.count == 1)
  }

  @Test func `ProxyJump and ProxyCommand shadow each other`() throws {
    let resolution = try explain("ProxyJump a\nProxyCommand nc %h %p\n")
    #expect(
      try setting("proxyjump", in: resolution).overrides
        == [.init(value: "nc %h %p", origin: .init(file: file, line: 2))])
    #expect(
      resolution.unusedLines.first?.reason == .shadowed(by: .init(file: file, line: 1)))
  }

  @Test func `a key file that is named twice is a repetition`() throws {
    let resolution = try explain("IdentityFile ~/a\nIdentityFile ~/b\nIdentityFile ~/a\n")
    #expect(resolution.host.identityFiles == ["~/a", "~/b"])
    #expect(resolution.unusedLines.map(\.reason) == [.repeated])
  }

  @Test func `a line of an included file names that file`() throws {
    let files = MemoryFiles(texts: [
      file: "Include x\nUser late\n", "/home/me/.ssh/x": "\nHost dev\nUser early\n",
    ])
    let resolution = try Resolver(environment: .memory(files)).resolve("dev", explains: true)
    let user = try setting("user", in: resolution)
    #expect(user.origin == .init(file: "/home/me/.ssh/x", line: 3))
    #expect(user.overrides == [.init(value: "late", origin: .init(file: file, line: 2))])
    #expect(resolution.files == [file, "/home/me/.ssh/x"])
  }

  @Test func `Match exec is not run when it is not wanted`() throws {
    let text = "Match exec \"touch /nowhere\"\n  User bob\n"
    let resolution = try explain(text, exec: .skip)
    #expect(resolution.skippedCommands == ["touch /nowhere"])
    #expect(resolution.host.user == "me")
    #expect {
      try explain(text, exec: .refuse)
    } throws: { error in
      (error as? ResolveError)?.code == .undecided
    }
  }

  @Test func `a command that an earlier criterion makes needless is never asked for`() throws {
    let resolution = try explain("Match host other exec true\n  User bob\n")
    #expect(resolution.host.user == "me")
  }
}
