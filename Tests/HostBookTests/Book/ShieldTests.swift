import HostBook
import Support
import SystemPackage
import Testing

/// An alias means the same whatever else the user's files say: real configs, the real ssh.
@Suite(.serialized) struct ShieldTests {
  /// How the user's config and our Include came together.
  enum Order: String, CaseIterable, Sendable {
    case configThenInclude, includeThenConfig, configPutAboveInclude
  }

  static let corpus: [FilePath] = {
    guard let folder = TestData.root?.appending("ssh_config").appending("corpus") else { return [] }
    let names = (try? FileSystem.list(folder)) ?? []
    return names.filter { $0.extension == "conf" }.map { folder.appending($0) }
  }()

  @Test(.enabled(if: !corpus.isEmpty, "no corpus beside the checkout, see SKY_TEST_DATA"))
  func `in every real config every alias keeps its meaning`() async throws {
    try await withScratchFolder { folder in
      var parsed = 0
      for (number, config) in Self.corpus.enumerated() {
        let text = try #require(try FileSystem.read(config))
        let home = SkyHome.scratch(in: folder.appending("\(number)"))
        // Two of four aliases for each config: a process for each takes its time.
        let asked = [number % 4, (number + 1 + number / 4 % 3) % 4]
        parsed += try expectMeaning(under: text, config.stem ?? "", home, asked) ? 1 : 0
      }
      #expect(parsed > Self.corpus.count / 2)
    }
  }

  @Test(arguments: ["", "Host *\n", "Match all\n", "Host dev* web git\n", "Match user root,bob\n"])
  func `no hostile line reaches an alias`(block: String) async throws {
    let text = block + Self.hostile.map { "  \($0)\n" }.joined()
    try await withScratchHome { home in
      let parses = try expectMeaning(under: Array(text.utf8), block, home, [0, 1, 2, 3])
      #expect(parses)
    }
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
    "HashKnownHosts yes",
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

  /// False when ssh refuses the config even without us.
  private func expectMeaning(
    under text: [UInt8], _ name: String, _ home: SkyHome, _ asked: [Int]
  ) throws -> Bool {
    let proof = ProofBySSH(home)
    try writeFile(home.userConfig, text)
    guard (try? proof.ask("other", in: home.userConfig)) != nil else { return false }
    let entries = Self.entries(home)
    try writeFile(home.book, try BookText(home).render(try Book(entries)))
    for order in Order.allCases {
      try arrange(text, order, home)
      // In whatever order it came about, the file is the same: ours first, then all of theirs.
      // Only comments may stay above.
      let status = try IncludeLine(home).status()
      guard case .installed(let line) = status else {
        Issue.record("\(name), \(order): \(status)")
        continue
      }
      if line == 2 {
        #expect(try FileSystem.read(home.userConfig)?.suffix(text.count) == text[...])
      }
    }
    for entry in asked.map({ entries[$0] }) {
      let answer = try #require(try proof.ask(entry.alias, in: home.userConfig))
      #expect(proof.differences(entry, answer) == [], "\(name): \(entry.alias)")
      #expect(unshielded(entry, answer) == [], "\(name): \(entry.alias)")
    }
    try IncludeLine(home).uninstall()
    let left = try FileSystem.read(home.userConfig) ?? []
    #expect(left == text, "\(name)")
    return true
  }

  private func arrange(_ text: [UInt8], _ order: Order, _ home: SkyHome) throws {
    let include = IncludeLine(home)
    if order == .configThenInclude {
      try writeFile(home.userConfig, text)
      try include.install()
      return
    }
    try writeFile(home.userConfig, [])
    try include.install()
    let ours = try FileSystem.read(home.userConfig) ?? []
    if order == .includeThenConfig {
      try writeFile(home.userConfig, ours + text)
    } else {
      let hasEnd = text.last == UInt8(ascii: "\n") || text.isEmpty
      try writeFile(home.userConfig, text + (hasEnd ? [] : [UInt8(ascii: "\n")]) + ours)
      try include.install()
      guard !hasEnd else { return }
      // The line end that the person had to type is theirs.
      try writeFile(home.userConfig, (try FileSystem.read(home.userConfig) ?? []).dropLast())
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
