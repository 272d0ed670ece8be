import HostBook
import SystemPackage
import Testing

@Suite struct EntryCheckTests {
  @Test(arguments: [
    "dev", "a", "Dev_1", "dev-worker1", "web.example.org", "0",
    "x" + String(repeating: "9", count: 199),
  ])
  func `these names are taken`(name: String) throws {
    try EntryCheck.name(name)
  }

  @Test(arguments: [
    "", "-dev", ".dev", "_dev", "a b", "a\tb", "a\nHost evil", "a\rb", "a\u{0}b", "dev*", "de?",
    "!dev",
    "a,b", "a;b", "$(id)", "a'b", "a\"b", "a\\b", "a/b", "a:b", "a@b", "a#b", "a%b", "déjà", "a=b",
    "x" + String(repeating: "9", count: 299),
  ])
  func `these names are refused`(name: String) {
    expectInvalid { () throws(BookError) in try EntryCheck.name(name) }
    var entry = Sample.manual()
    entry.alias = name
    expectInvalid { () throws(BookError) in _ = try Book([entry]) }
  }

  @Test(arguments: ["10.0.0.5", "2001:db8::1", "fe80::1%eth0", "host.example.org", "h_1"])
  func `these hosts are taken`(host: String) throws {
    try EntryCheck.hostname(host)
  }

  @Test(arguments: [
    "", "-oProxyCommand=x", "a b", "a\nUser root", "a\"b", "h$(id)", "h;id", "[::1]", "h#c", "h/",
    String(repeating: "h", count: 256),
  ])
  func `these hosts are refused`(host: String) {
    expectInvalid { () throws(BookError) in try EntryCheck.hostname(host) }
  }

  @Test(arguments: ["root", "bob.smith", "first.last@corp.example", "CORP\\bob", "_svc", "a+b"])
  func `these users are taken`(user: String) throws {
    try EntryCheck.user(user)
  }

  @Test(arguments: ["", "-l", "a b", "a\nb", "a\"b", "%r", "${HOME}", "a\\", "a\\\\b", "a;b", "é"])
  func `these users are refused`(user: String) {
    expectInvalid { () throws(BookError) in try EntryCheck.user(user) }
  }

  @Test(arguments: ["/a/b c/k", "/a/k%h", "/a/it's", "/a/#k", "/a/*?[k]", "/é/k", "/a/~k", "/a/$k"])
  func `these paths are taken`(path: String) throws {
    try EntryCheck.path(FilePath(path))
  }

  @Test(arguments: ["k", "~/k", "/a\"b", "/a\\b", "/a\nb", "/a\rb", "/a\tb", "/${HOME}/k"])
  func `these paths are refused`(path: String) {
    expectInvalid { () throws(BookError) in try EntryCheck.path(FilePath(path)) }
  }

  @Test(arguments: [
    ("StrictHostKeyChecking", "no"), ("stricthostkeychecking", "accept-new"), ("Host", "*"),
    ("Match", "all"), ("Include", "/tmp/x"), ("UserKnownHostsFile", "/dev/null"), ("HostName", "x"),
    ("Com pression", "yes"), ("", "x"), ("Compression", ""), ("Compression", "yes\nHost *"),
    ("SendEnv", "A\r"), ("SendEnv", "=A"), ("IgnoreUnknown", "x"), ("HostKeyAlias", "y"),
  ])
  func `these options are refused`(keyword: String, value: String) {
    expectInvalid { () throws(BookError) in try EntryCheck.option(.init(keyword, value)) }
  }

  @Test(arguments: [
    "-oProxyCommand=x", "a b", "a,,b", "a,", "u@-x", "a\nb", "$(id)", "a;b",
    String(repeating: "a", count: 901),
  ])
  func `these jumps are refused`(jump: String) {
    var entry = Sample.manual()
    entry.proxy = .jump(jump)
    expectInvalid { () throws(BookError) in try EntryCheck.check(entry) }
  }

  @Test func `options that run programs are known as such`() {
    #expect(EntryCheck.runsPrograms(.init("LocalCommand", "id")))
    #expect(EntryCheck.runsPrograms(.init("PKCS11Provider", "/x.so")))
    #expect(!EntryCheck.runsPrograms(.init("Compression", "yes")))
  }
}

/// The call must throw, and say that the value is invalid.
func expectInvalid(
  _ body: () throws(BookError) -> Void, sourceLocation: SourceLocation = #_sourceLocation
) {
  do throws(BookError) {
    try body()
    Issue.record("it was taken", sourceLocation: sourceLocation)
  } catch {
    #expect(error.code == .invalid, sourceLocation: sourceLocation)
    #expect(!error.reason.isEmpty, sourceLocation: sourceLocation)
  }
}
