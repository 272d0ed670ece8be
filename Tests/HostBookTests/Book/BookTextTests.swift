import HostBook
import Support
import SystemPackage
import Testing

@Suite struct BookTextTests {
  /// `$HOME` is the passwd home: paths are written with `~`.
  private let bob = SkyHome(
    root: "/home/bob/.sky", userConfig: "/home/bob/.ssh/config", home: "/home/bob",
    passwdHome: "/home/bob")

  @Test func `a cluster of two and a host added by hand look like this`() throws {
    var web = Sample.manual()
    web.options = [.init("Compression", "yes")]
    let nodes = Sample.nodes(key: "/home/bob/.sky/keys/dev")
    let text = String(decoding: try BookText(bob).render(try Book(nodes + [web])), as: UTF8.self)
    #expect(text == Self.golden)
  }

  private static let golden = """
    # sky: book 1
    # The hosts that sky keeps. `sky hosts` writes this file: edits by hand are lost at its next change.
    # Each host has its block; a block of shared lines follows, first its own and then what shields the
    # hosts from `Host *` and Match blocks elsewhere. ssh takes the first value that it meets.

    Host web
      HostName 192.0.2.7
      User bob
      Port 22
      HostKeyAlias sky.web
      ControlPath ~/.sky/s/uu2MPS1tEu4.%p.%r
      Compression yes

    # sky: cluster=dev rank=0 incarnation=k3f9 state=UP infra=local
    Host dev
      HostName 127.9.0.1
      User root
      Port 40022
      IdentityFile ~/.sky/keys/dev
      HostKeyAlias sky-dev-k3f9-0
      ControlPath ~/.sky/s/J3nhDPpSkc0.%p.%r

    # sky: cluster=dev rank=1 incarnation=k3f9 state=UP infra=local
    Host dev-worker1
      HostName 127.9.0.2
      User root
      Port 40022
      IdentityFile ~/.sky/keys/dev
      HostKeyAlias sky-dev-k3f9-1
      ControlPath ~/.sky/s/L_MAzs2qoV4.%p.%r

    # sky: shared by the hosts above
    Host web dev dev-worker1
      ProxyCommand none
      ProxyUseFdpass no
      CanonicalizeHostname no
      AddressFamily any
      UserKnownHostsFile ~/.sky/known_hosts
      GlobalKnownHostsFile /dev/null
      StrictHostKeyChecking yes
      HostKeyAlgorithms +ssh-ed25519
      CheckHostIP no
      HashKnownHosts no
      UpdateHostKeys no
      VerifyHostKeyDNS no
      NoHostAuthenticationForLocalhost no
      RemoteCommand none
      RequestTTY auto
      ForwardAgent no
      ForwardX11 no
      Tunnel no
    # sky: shared by the hosts above
    Host dev dev-worker1
      IdentitiesOnly yes
      PubkeyAuthentication yes
      PubkeyAcceptedKeyTypes +ssh-ed25519
      PreferredAuthentications publickey,keyboard-interactive,password
      AddKeysToAgent no

    """

  @Test(arguments: [UInt64.random(in: 0..<1 << 40), 1, 2, 3])
  func `every book is read back as it was written`(seed: UInt64) throws {
    let homes = [bob, SkyHome(root: "/s", userConfig: "/c", home: "/h", passwdHome: "/home/bob")]
    var random = RandomBook(seed: seed, keysIn: "/home/bob/keys")
    for round in 0..<60 {
      let book = try random.make()
      for home in homes {
        let text = try BookText(home).render(book)
        #expect(try BookText(home).parse(text) == book, "seed \(seed), round \(round)")
        let longest = text.split(separator: UInt8(ascii: "\n")).map(\.count).max() ?? 0
        #expect(longest <= 1000)
      }
    }
  }

  @Test(arguments: [UInt64.random(in: 0..<1 << 40)])
  func `the real ssh reads every entry as it was meant`(seed: UInt64) async throws {
    try await withScratchHome { home in
      var random = RandomBook(seed: seed, keysIn: home.keys)
      let proof = ProofBySSH(home)
      for _ in 0..<3 {
        let book = try random.make()
        try writeFile(home.book, try BookText(home).render(book))
        for entry in book.entries {
          let answer = try #require(try proof.ask(entry.alias, in: home.book))
          #expect(proof.differences(entry, answer) == [], "seed \(seed)")
        }
      }
    }
  }

  @Test func `a name of 200 letters has lines that old clients take`() throws {
    let names = (0..<50).map { "n\($0)" + String(repeating: "x", count: 197) }
    let book = try Book(names.map { Sample.manual($0) })
    let text = try BookText(bob).render(book)
    #expect(text.split(separator: UInt8(ascii: "\n")).allSatisfy { $0.count < 1000 })
    #expect(try BookText(bob).parse(text) == book)
  }

  @Test(arguments: [
    ("Host x\n", 1), ("# sky: book 1\nUser x\n", 2), ("# sky: book 1\n\nHost a b\n", 3),
    ("# sky: book 1\nHost a\n  HostName x\n", 2), ("# sky: book 1\nHost a\n  Port x\n", 3),
    ("# sky: book 1\nHost a\n  StrictHostKeyChecking no\n", 3),
    ("# sky: book 1\n# sky: cluster=x\n", 2),
    ("# sky: book 1\nHost a\n  HostName -x\n  User u\n", 2),
  ])
  func `what sky did not write is refused with its line`(text: String, line: Int) {
    #expect {
      _ = try BookText(bob).parse(Array(text.utf8))
    } throws: { error in
      let error = error as? BookError
      return error?.code == .malformed && error?.subject == "/home/bob/.sky/ssh_config:\(line)"
    }
  }
}
