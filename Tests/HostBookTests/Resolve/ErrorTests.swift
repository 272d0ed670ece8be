import SystemPackage
import Testing

@testable import HostBook

@Suite struct ErrorTests {
  struct Mistake: Sendable {
    var text: String
    var message: String
  }

  static let mistakes: [Mistake] = [
    Mistake(
      text: "Hots a\n", message: "1: Bad configuration option: hots; did you mean host?"),
    Mistake(
      text: "Port 22\nUseKeychain yes\n", message: "2: Bad configuration option: usekeychain"),
    Mistake(text: "User \"a\n", message: "1: invalid quotes (a quote is not closed)"),
    Mistake(text: "Port\n", message: "1: no argument after keyword \"Port\""),
    Mistake(text: "\n\nPort 0\n", message: "3: bad port \"0\""),
    Mistake(text: "User a b\n", message: "1: keyword User: extra arguments at end of line"),
    Mistake(
      text: "Match bogus x\n", message: "1: Bad Match condition: unsupported criterion bogus"),
    Mistake(text: "Ciphers aes0\n", message: "1: unknown algorithm in \"aes0\""),
    Mistake(text: "Compression maybe\n", message: "1: unsupported option \"maybe\""),
    Mistake(
      text: "ForwardAgent ${NOT_THERE}\n",
      message: "1: invalid environment expansion \"${NOT_THERE}\": "
        + "environment variable NOT_THERE is not set"),
  ]

  @Test("a mistake is told with file and line", arguments: mistakes)
  func tells(_ mistake: Mistake) {
    #expect {
      try Resolver(environment: .memory(mistake.text)).resolve("dev")
    } throws: { error in
      (error as? ResolveError)?.description == "/home/me/.ssh/config:\(mistake.message)"
    }
  }

  @Test func `all mistakes of a file are told at once`() {
    #expect {
      try Resolver(environment: .memory("Bad x\nUser a\nPort x\n")).resolve("dev")
    } throws: { error in
      (error as? ResolveError)?.problems.map(\.line) == [1, 3]
    }
  }

  @Test func `a mistake counts in a block that does not apply`() {
    #expect(throws: ResolveError.self) {
      try Resolver(environment: .memory("Host other\n  Bad x\n")).resolve("dev")
    }
  }

  static let requests = ["-oProxyCommand=x", "a;b", "a b", "$(x)", "@dev", "ssh://dev/path", "a,b"]

  @Test("a name that ssh refuses is refused", arguments: requests)
  func refuses(_ name: String) {
    #expect {
      try Resolver(environment: .memory("")).resolve(name)
    } throws: { error in
      (error as? ResolveError)?.code == .badRequest
    }
  }

  @Test func `a missing file of one's own choice is an error`() {
    let environment = ResolverEnvironment.memory(
      MemoryFiles(texts: [:]), source: .file("/nowhere"))
    #expect {
      try Resolver(environment: environment).resolve("dev")
    } throws: { error in
      (error as? ResolveError)?.code == .unusableFile
    }
  }

  @Test func `criteria that cannot be decided are said to be so`() {
    let environment = ResolverEnvironment.memory(
      "Match localnetwork 10.0.0.0/8\n User x\n", profile: .portable10_5)
    #expect {
      try Resolver(environment: environment).resolve("dev")
    } throws: { error in
      (error as? ResolveError)?.code == .undecided
    }
  }
}
