import HostBook
import Support
import SystemPackage
import Testing

/// An alias means the same whatever else the user's files say: real configs, the real ssh.
@Suite struct ShieldTests {
  /// How the user's config and our Include came together.
  enum Order: String, CaseIterable, Sendable {
    case configThenInclude, includeThenConfig, configPutAboveInclude
  }

  static let corpus: [FilePath] = {
    guard let folder = TestData.root?.appending("ssh_config").appending("corpus") else { return [] }
    let names = (try? FileSystem.list(folder)) ?? []
    return names.filter { $0.extension == "conf" }.map { folder.appending($0) }
  }()

  @Test(
    .enabled(if: !corpus.isEmpty, "no corpus beside the checkout, see SKY_TEST_DATA"),
    arguments: corpus)
  func `in a real config every alias keeps its meaning`(config: FilePath) async throws {
    let text = try #require(try readFile(config))
    for order in Order.allCases { try await expectMeaning(under: text, order) }
  }

  @Test(arguments: Self.hostile, Order.allCases)
  func `a hostile line does not reach an alias`(line: String, order: Order) async throws {
    try await expectMeaning(under: Array("\(line)\n".utf8), order, mustParse: true)
    try await expectMeaning(under: Array("Host *\n  \(line)\n".utf8), order, mustParse: true)
    try await expectMeaning(under: Array("Match all\n  \(line)".utf8), order, mustParse: true)
  }

  static let hostile = [
    "User mallory", "Port 1", "HostName evil.example", "IdentityFile ~/.ssh/other",
    "ProxyCommand nc evil 22", "ProxyJump evil", "StrictHostKeyChecking no",
    "UserKnownHostsFile /dev/null", "GlobalKnownHostsFile /tmp/x", "HostKeyAlias evil",
    "RemoteCommand tmux", "RequestTTY force", "ForwardAgent yes", "ForwardX11 yes",
    "ControlPath ~/.ssh/cm-%C", "ControlMaster yes", "IdentitiesOnly no", "AddressFamily inet6",
    "CanonicalizeHostname always", "CheckHostIP yes", "NoHostAuthenticationForLocalhost yes",
    "VerifyHostKeyDNS yes", "UpdateHostKeys yes", "PubkeyAuthentication no",
    "PreferredAuthentications password", "PubkeyAcceptedKeyTypes ssh-rsa",
    "HostKeyAlgorithms ssh-rsa", "ProxyUseFdpass yes", "AddKeysToAgent yes", "Tunnel yes",
    "HashKnownHosts yes", "IgnoreUnknown FooBar\n  FooBar x",
  ]

  private static func entries(_ home: SkyHome) -> [AliasEntry] {
    var entries = Sample.nodes(key: home.keys.appending("dev"))
    entries[1].proxy = .jump("bob@jump.example:2200")
    var plain = Sample.manual("web", "10.1.2.3")
    plain.port = 2222
    var command = Sample.manual("git", "127.0.0.1")
    command.proxy = .command("nc %h %p")
    command.identityFile = home.home.appending("a key%1")
    return entries + [plain, command]
  }

  private func expectMeaning(
    under text: [UInt8], _ order: Order, mustParse: Bool = false
  ) async throws {
    try await withScratchHome { home in
      let proof = ProofBySSH(home)
      try writeFile(home.userConfig, text)
      let parses = (try? proof.ask("dev", in: home.userConfig)) != nil
      #expect(parses || !mustParse)
      guard parses else { return }
      let entries = Self.entries(home)
      try BookStore(home).change { (book, _) throws(BookError) in try book.put(entries) }
      try arrange(text, order, home)
      for entry in entries {
        let answer = try #require(try proof.ask(entry.alias, in: home.userConfig))
        #expect(proof.differences(entry, answer) == [], "\(order): \(entry.alias)")
        #expect(unshielded(entry, answer) == [], "\(order): \(entry.alias)")
      }
      try IncludeLine(home).uninstall()
      let left = try readFile(home.userConfig) ?? []
      #expect(left == text)
    }
  }

  private func arrange(_ text: [UInt8], _ order: Order, _ home: SkyHome) throws {
    let include = IncludeLine(home)
    switch order {
    case .configThenInclude: try include.install()
    case .includeThenConfig:
      try writeFile(home.userConfig, [])
      try include.install()
      try writeFile(home.userConfig, (try readFile(home.userConfig) ?? []) + text)
    case .configPutAboveInclude:
      try writeFile(home.userConfig, [])
      try include.install()
      let end = text.last == UInt8(ascii: "\n") || text.isEmpty ? [] : [UInt8(ascii: "\n")]
      try writeFile(home.userConfig, text + end + (try readFile(home.userConfig) ?? []))
      try include.install()
      // The line end that the person had to type is theirs.
      if !end.isEmpty, var bytes = try readFile(home.userConfig) {
        bytes.removeLast()
        try writeFile(home.userConfig, bytes)
      }
    }
  }

  /// Shields that are not a field of the entry.
  private func unshielded(_ entry: AliasEntry, _ answer: ResolvedHost) -> [String] {
    var wanted = [
      ("remotecommand", nil), ("requesttty", "auto"), ("forwardagent", "no"), ("forwardx11", "no"),
      ("canonicalizehostname", "false"), ("addressfamily", "any"), ("updatehostkeys", "false"),
      ("verifyhostkeydns", "false"), ("nohostauthenticationforlocalhost", "no"),
      ("checkhostip", "no"), ("proxyusefdpass", "no"), ("tunnel", "false"),
      ("hashknownhosts", "no"),
    ]
    if entry.identityFile != nil {
      wanted += [
        ("identitiesonly", "yes"), ("pubkeyauthentication", "true"),
        ("preferredauthentications", "publickey,keyboard-interactive,password"),
      ]
    }
    if entry.node != nil { wanted.append(("addkeystoagent", "false")) }
    var wrong = wanted.filter { answer.first($0.0) != $0.1 }.map(\.0)
    for key in ["hostkeyalgorithms", "pubkeyacceptedalgorithms"] {
      let isOpen = answer.first(key)?.split(separator: ",").contains("ssh-ed25519") ?? true
      if !isOpen, key == "hostkeyalgorithms" || entry.identityFile != nil { wrong.append(key) }
    }
    return wrong
  }
}
