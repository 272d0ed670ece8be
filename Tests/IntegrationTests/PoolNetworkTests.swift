import Support
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Machines that only a bastion reaches, in networks of their own.
@Suite(
  .enabled(if: NodeNetwork.missing == nil, "\(NodeNetwork.missing ?? "")"),
  .timeLimit(.minutes(20)))
struct PoolNetworkTests {
  @Test func `machines behind a bastion are reached through it, by sky and by plain ssh and rsync`()
    async throws
  {
    try await withNodeNetwork { network in
      try await withSkyRoom(network: network.laptop) { room in
        let jump = ["n1": ["ProxyJump bastion"], "n2": ["ProxyJump bastion"]]
        try room.knows(
          try ["bastion", "n1", "n2"].map { try network[$0] }, lines: jump, pool: ["n1", "n2"])
        let direct = try await room.script("ssh -o ProxyJump=none -o ConnectTimeout=3 n1 true")
        #expect(direct.status == 255, "there is a way around the bastion")
        let launched = try await room.sky(
          "launch", "-y", "-c", "dev", "--infra", "ssh/mine", "--num-nodes", "2",
          "echo $SKYPILOT_NODE_IPS")
        try #require(launched.status == 0, "\(launched.errorText)")
        #expect(launched.text.contains("10.79.1.2 10.79.2.2"), "\(launched.text)")
        #expect(
          try await room.good("ssh dev-worker1 'echo $HOME'") == "\(try network["n2"].home)\n")
        try await room.good("echo text > f && rsync -Pa f dev:g && ssh dev cat g | cmp - f")
        try await room.good("ssh dev rm g && sky down -y dev")
        for name in ["bastion", "n1", "n2"] { #expect(try await network[name].left() == "") }
      }
    }
  }

  @Test func `two hops, each with its own key`() async throws {
    try await withNodeNetwork(machines: ["bastion", "gate", "far"]) { network in
      try await withSkyRoom(network: network.laptop) { room in
        try room.knows(
          try ["bastion", "gate", "far"].map { try network[$0] },
          lines: ["gate": ["ProxyJump bastion"], "far": ["ProxyJump gate"]], pool: ["far"])
        try await room.good("sky launch -y -c dev --infra ssh/mine 'hostname'")
        #expect(try await room.good("ssh dev 'echo $HOME'") == "\(try network["far"].home)\n")
        try await room.good("sky down -y dev")
        // As a chain in one line, too.
        try room.knows(
          try ["bastion", "gate", "far"].map { try network[$0] },
          lines: ["far": ["ProxyJump bastion,gate"]], pool: ["far"])
        let launched = try await room.sky(
          "launch", "-y", "-c", "dev", "--infra", "ssh/mine", "true")
        #expect(launched.status == 0, "\(launched.errorText)")
        #expect(try await room.good("ssh dev 'echo $HOME'") == "\(try network["far"].home)\n")
      }
    }
  }

  @Test func `a bastion whose key has changed is refused, and nothing goes through it`()
    async throws
  {
    try await withNodeNetwork { network in
      try await withSkyRoom(network: network.laptop) { room in
        let (bastion, n1) = (try network["bastion"], try network["n1"])
        try room.knows([bastion, n1], lines: ["n1": ["ProxyJump bastion"]], pool: ["n1"])
        let stranger = String(decoding: try readFile(n1.knownHosts), as: UTF8.self)
          .replacing(n1.address, with: bastion.address)
        try writeFile(bastion.knownHosts, Array(stranger.utf8))
        let refused = try await room.sky(
          "launch", "-y", "-c", "dev", "--infra", "ssh/mine", "--accept-new", "true")
        #expect(refused.status == 76, "\(refused.errorText)")
        #expect(refused.errorText.contains("bastion"), "\(refused.errorText)")
        let log = String(decoding: try readFile(n1.log), as: UTF8.self)
        #expect(!log.contains("Connection from"), "somebody has reached n1: \(log)")
      }
    }
  }

  @Test func `a host behind a proxy command`() async throws {
    try await withNodeNetwork { network in
      try await withSkyRoom(network: network.laptop) { room in
        try room.knows(
          try ["bastion", "n1"].map { try network[$0] },
          lines: ["n1": ["ProxyCommand ssh -W %h:%p bastion # for %n"]], pool: ["n1"])
        try await room.good("sky launch -y -c dev --infra ssh/mine true")
        #expect(try await room.good("ssh dev 'echo $HOME'") == "\(try network["n1"].home)\n")
        #expect(try await room.good("cat .sky/ssh_config").contains("bastion # for n1"))
        try await room.good("sky down -y dev")
      }
    }
  }

  @Test func `keys from the agent, and an encrypted one for which nobody can be asked`()
    async throws
  {
    try await withNodeNetwork { network in
      try await withSkyRoom(network: network.laptop) { room in
        let (bastion, n1) = (try network["bastion"], try network["n1"])
        let key = room.folder.appending("locked")
        try await generateKey(key, passphrase: "open sesame")
        try n1.authorize(pub(key))
        try writeFile(n1.folder.appending("authorized_keys"), readFile(pub(key)))
        let locked = "IdentityFile \(room.home.appending("locked"))"
        try room.knows([bastion, n1], lines: ["n1": ["ProxyJump bastion", locked]], pool: ["n1"])
        let refused = try await room.sky("launch", "-y", "-c", "dev", "--infra", "ssh/mine", "true")
        #expect(refused.status == 77, "\(refused.errorText)")
        #expect(refused.errorText.contains("encrypted"), "\(refused.errorText)")
        let answered = try await room.good(
          """
          printf '#!/bin/sh\\necho open sesame\\n' > ask && chmod 755 ask
          eval $(ssh-agent) >/dev/null; trap 'ssh-agent -k >/dev/null' EXIT
          DISPLAY=:0 SSH_ASKPASS_REQUIRE=force SSH_ASKPASS=$PWD/ask ssh-add -q locked
          sky launch -y -c dev --infra ssh/mine 'echo let in' && ssh dev true && sky down -y dev
          """)
        #expect(answered.contains("let in"))
      }
    }
  }

  @Test func `a bastion that libssh2 cannot enter is entered by OpenSSH`() async throws {
    try await withNodeNetwork { network in
      try await withSkyRoom(network: network.laptop) { room in
        let (bastion, n1) = (try network["bastion"], try network["n1"])
        let authority = room.folder.appending("authority")
        try await generateKey(authority)
        let signed = try await run(
          "ssh-keygen",
          ["-q", "-s", authority.string, "-I", "me", "-n", "root", pub(bastion.userKey).string])
        try #require(signed.status == 0)
        try writeFile(
          bastion.folder.appending("authorized_keys"),
          Array("cert-authority ".utf8) + readFile(pub(authority)))
        try room.knows([bastion, n1], lines: ["n1": ["ProxyJump bastion"]], pool: ["n1"])
        let launched = try await room.sky(
          "launch", "-y", "-c", "dev", "--infra", "ssh/mine", "--workdir", ".ssh", "ls; exit 7")
        #expect(launched.status == 7 && launched.text.contains("config"), "\(launched.errorText)")
        #expect(launched.errorText.contains("reached by OpenSSH's ssh"), "\(launched.errorText)")
        let pulled = try await room.sky("pull", "dev:~/sky_workdir/config", "back")
        #expect(pulled.status == 0, "\(pulled.errorText)")
        try await room.good("cmp .ssh/config back && sky exec dev true && sky down -y dev")
        #expect(try await n1.left() == "")
      }
    }
  }

  @Test func `the passphrase of an encrypted key is asked for once for all machines`() async throws
  {
    try await withNodeNetwork { network in
      try await withSkyRoom(network: network.laptop) { room in
        let servers = try ["bastion", "n1", "n2"].map { try network[$0] }
        let key = room.folder.appending("locked")
        try await generateKey(key, passphrase: "open sesame")
        for server in servers { try server.authorize(pub(key)) }
        let lines = ["n1": ["ProxyJump bastion"], "n2": ["ProxyJump bastion"]]
        try room.knows(servers, lines: lines, pool: ["n1", "n2"])
        // One key for all, the bastion among them.
        let config = String(
          decoding: try readFile(room.folder.appending(".ssh/config")), as: UTF8.self)
        let one = config.split(separator: "\n").map { line in
          line.contains("IdentityFile")
            ? "  IdentityFile \(room.home.appending("locked"))" : String(line)
        }
        try room.write(one.joined(separator: "\n") + "\n", to: ".ssh/config")
        try room.write(SkyRoom.terminal, to: "terminal.py")
        let asked = try await room.script(
          """
          python3 terminal.py 'Passphrase of' 'open sesame' \\
            sky launch -y -c dev --infra ssh/mine --num-nodes 2 'echo let in'
          """)
        #expect(asked.status == 0, "\(asked.text) \(asked.errorText)")
        #expect(asked.text.ranges(of: "Passphrase of").count == 1, "\(asked.text)")
        #expect(asked.text.contains("let in"))
        let down = try await room.script(
          "python3 terminal.py 'Passphrase of' 'open sesame' sky down -y dev")
        #expect(down.status == 0, "\(down.text)")
      }
    }
  }
}
