import HostBook
import Support
import SystemPackage
import Testing

/// A few real public keys, in base64.
private let ed25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIE6V6tuSt4mMSEJjOOLJdKmOEZC5xlMVBCBsvQgaBoZD"
private let another = "AAAAC3NzaC1lZDI1NTE5AAAAIEZpcnN0IGtleSBvZiBhbm90aGVyIGhvc3QgISEh"

@Suite struct KnownHostsTests {
  private func parse(_ text: String) -> KnownHosts {
    KnownHosts(parsing: Array(text.utf8), file: "known")
  }

  private func key(_ text: String) -> [UInt8] {
    parse("x ssh-ed25519 \(text)\n").entries.first?.key ?? []
  }

  @Test func `fields, markers and comments are told apart`() {
    let known = parse(
      "# remark\n\n \t\nhost,10.0.0.1\tssh-ed25519  \(ed25519) me @home\r\n"
        + "@revoked * ssh-ed25519 \(another)\n@cert-authority *.x ssh-ed25519 \(ed25519) ca")
    #expect(known.problems == [])
    #expect(known.entries.map(\.marker) == [.none, .revoked, .authority])
    #expect(known.entries.map(\.names) == ["host,10.0.0.1", "*", "*.x"])
    #expect(known.entries.map(\.comment) == ["me @home", "", "ca"])
    #expect(known.entries.map(\.line) == [4, 5, 6])
  }

  @Test(arguments: [
    "host", "host ssh-ed25519", "host ssh-ed25519 !!!", "host ssh-rsa \(ed25519)",
    "@unknown host ssh-ed25519 \(ed25519)", "@revoked", "host 1024 65537 12345",
    "host ssh-ed25519 AAAA",
  ])
  func `a bad line is a problem and hides no other`(line: String) {
    let known = parse("a ssh-ed25519 \(ed25519)\n\(line)\nb ssh-ed25519 \(ed25519)\n")
    #expect(known.entries.map(\.names) == ["a", "b"])
    #expect(known.problems.map(\.line) == [2])
  }

  @Test func `bytes that are not text do no harm`() {
    let known = KnownHosts(
      parsing: [0xff, 0xfe, 0x20, 0x00, 0x0a] + Array("a ssh-ed25519 \(ed25519)".utf8),
      file: "known")
    #expect(known.entries.count == 1)
    #expect(known.problems.count == 1)
  }

  @Test(
    arguments: [
      ("known.example", 22, nil, true), ("KNOWN.Example", 22, nil, true),
      ("known.example", 2222, nil, true), ("a.sub.example", 22, nil, true),
      ("bad.sub.example", 22, nil, false), ("h1", 22, nil, true), ("h12", 22, nil, false),
      ("ported", 2200, nil, true), ("ported", 22, nil, false), ("other", 22, "Alias-1", true),
      ("other", 22, nil, false),
    ] as [(String, UInt16, String?, Bool)])
  func `a host is found by name, port, pattern or alias`(
    host: String, port: UInt16, alias: String?, found: Bool
  ) {
    let known = parse(
      "known.example ssh-ed25519 \(ed25519)\n*.sub.example,!bad.sub.* ssh-ed25519 \(ed25519)\n"
        + "h? ssh-ed25519 \(ed25519)\n[ported]:2200 ssh-ed25519 \(ed25519)\n"
        + "alias-1 ssh-ed25519 \(ed25519)\n")
    let verdict = known.verdict(host: host, port: port, alias: alias, key: key(ed25519))
    if case .known = verdict {
      #expect(found)
    } else {
      #expect(!found)
      #expect(verdict == .unknown)
    }
  }

  @Test func `another key than the known one has changed`() {
    let known = parse("host ssh-ed25519 \(ed25519)\n")
    #expect(
      known.verdict(host: "host", port: 22, alias: nil, key: key(another))
        == .changed(known.entries))
  }

  @Test func `one of several keys is enough`() {
    let known = parse("host ssh-ed25519 \(ed25519)\nhost ssh-ed25519 \(another)\n")
    for text in [ed25519, another] {
      let verdict = known.verdict(host: "host", port: 22, alias: nil, key: key(text))
      #expect(verdict == .known(known.entries[text == ed25519 ? 0 : 1]))
    }
  }

  @Test func `a revoked key is refused wherever it stands`() {
    let known = parse("host ssh-ed25519 \(ed25519)\n@revoked h* ssh-ed25519 \(ed25519)\n")
    #expect(
      known.verdict(host: "host", port: 22, alias: nil, key: key(ed25519))
        == .revoked(known.entries[1]))
    #expect(known.verdict(host: "other", port: 22, alias: nil, key: key(ed25519)) == .unknown)
  }

  @Test func `an authority's key is no plain key`() {
    let known = parse("@cert-authority host ssh-ed25519 \(ed25519)\n")
    #expect(known.verdict(host: "host", port: 22, alias: nil, key: key(ed25519)) == .unknown)
    #expect(known.keyTypes(host: "host", port: 22, alias: nil) == [])
  }

  @Test func `without its port, another key of a host says nothing`() {
    let known = parse("host ssh-ed25519 \(ed25519)\n")
    #expect(known.verdict(host: "host", port: 2222, alias: nil, key: key(another)) == .unknown)
    #expect(known.keyTypes(host: "host", port: 2222, alias: nil) == ["ssh-ed25519"])
  }

  @Test func `the types known for a host are listed once each`() {
    let known = parse(
      "host ssh-ed25519 \(ed25519)\n*,!other ssh-ed25519 \(another)\n"
        + "@revoked host ssh-ed25519 \(another)\n")
    #expect(known.keyTypes(host: "host", port: 22, alias: nil) == ["ssh-ed25519"])
    #expect(known.keyTypes(host: "other", port: 22, alias: nil) == [])
  }

  @Test(arguments: [
    "", "a", "abc", String(repeating: "x", count: 55), String(repeating: "yz", count: 64),
  ])
  func `SHA-1 is what sha1sum says`(text: String) async throws {
    let digits = SHA1.hash(Array(text.utf8)).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    let oracle = try await run("sha1sum", [], input: Array(text.utf8))
    #expect(oracle.text.split(separator: " ").first.map(String.init) == digits.joined())
  }

  @Test func `base64 goes both ways as the base64 program does`() async throws {
    var generator = SystemRandomNumberGenerator()
    for size in 0..<40 {
      let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let oracle = try await run("base64", ["-w0"], input: bytes)
      #expect(Base64.encode(bytes) == oracle.text)
      #expect(Base64.decode(oracle.text) == bytes)
    }
  }
}

@Suite struct KnownHostsOracleTests {
  @Test func `the lines found are those that ssh-keygen -F finds`() async throws {
    try await withScratchFolder { folder in
      let file = folder.appending("known")
      let names = [
        "plain", "one,two", "*.wild", "w?ld", "[ported]:2200", "*,!not", "!not,*", "!*.not,*.not",
        "[*.wild]:2200", "UPPER", "10.0.0.?", "a*c*e", "[::1]:2200", "@revoked plain",
        "@cert-authority *.wild", "@revoked *", "# plain", "",
      ]
      let lines = names.map {
        $0.isEmpty || $0.hasPrefix("#") ? $0 : "\($0) ssh-ed25519 \(ed25519)"
      }
      try writeFile(file, lines.joined(separator: "\n") + "\n")
      let hashed = try await hash(["hidden", "[hidden]:2200", "Mixed"], folder)
      try appendFile(file, hashed)
      let known = KnownHosts(parsing: try readFile(file), file: file.string)
      #expect(known.problems == [])
      let asked = [
        "plain", "one", "two", "three", "x.wild", ".wild", "wild", "weld", "wld", "not", "x.not",
        "upper", "UPPER", "10.0.0.7", "10.0.0.77", "ace", "abcde", "abcd", "hidden", "mixed", "::1",
        "[ported]:2200", "[x.wild]:2200", "[hidden]:2200", "[::1]:2200", "[plain]:2200",
      ]
      for name in asked {
        let oracle = try await run("ssh-keygen", ["-F", name, "-f", file.string])
        let expected = oracle.text.split(separator: "\n").filter { $0.hasPrefix("# Host ") }
          .compactMap { line in line.split(separator: " ").compactMap { Int($0) }.last }
        #expect(known.entries(for: name).map(\.line) == expected, "\(name)")
      }
    }
  }

  @Test func `a line that we write is found by ssh-keygen, hashed or not`() async throws {
    try await withScratchFolder { folder in
      let file = folder.appending("known")
      let key = KnownHosts(
        parsing: Array("x ssh-ed25519 \(ed25519)".utf8), file: ""
      ).entries[0].key
      for (name, salt) in [("open", nil), ("[hidden]:2200", Array(UInt8(1)...20))] {
        let line = try #require(KnownHosts.line(name: name, key: key, salt: salt))
        #expect(line.contains(name) == (salt == nil))
        try writeFile(file, line)
        let oracle = try await run("ssh-keygen", ["-F", name, "-f", file.string])
        #expect(oracle.text.contains("found: line 1"))
      }
    }
  }

  /// Has ssh-keygen hash the names.
  private func hash(_ names: [String], _ folder: FilePath) async throws -> [UInt8] {
    let file = folder.appending("hashed")
    try writeFile(file, names.map { "\($0) ssh-ed25519 \(ed25519)\n" }.joined())
    _ = try await run("ssh-keygen", ["-q", "-H", "-f", file.string])
    return try readFile(file)
  }
}
