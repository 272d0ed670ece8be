import HostBook
import Support
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Stock programs, a real sshd, and a user's config that would lead them astray.
@Suite struct LiveAliasTests {
  private static let hostile = """
    Host *
      User mallory
      Port 1
      ProxyCommand false
      RemoteCommand false
      StrictHostKeyChecking no
      HostKeyAlgorithms ecdsa-sha2-nistp256
      PreferredAuthentications password
      ControlMaster auto
      ControlPersist 60

    """

  @Test func `ssh, scp and rsync reach the alias without a word of warning`() async throws {
    try await withAlias { home, server, _ in
      let ssh = ["-F", home.userConfig.string, "-o", "BatchMode=yes"]
      let hello = try await run("ssh", ssh + ["box", "echo hello"])
      #expect(hello.text == "hello\n" && hello.errorText == "")
      let file = home.home.appending("a file")
      try writeFile(file, "content")
      let target = server.folder.appending("copy")
      let copied = try await run("scp", ssh + [file.string, "box:\(target)"])
      #expect(copied.status == 0 && copied.errorText == "")
      #expect(try FileSystem.read(target) == Array("content".utf8))
      let synced = try await run(
        "rsync",
        ["-e", "ssh \(ssh.joined(separator: " "))", "box:\(target)", home.home.string + "/back"])
      #expect(synced.status == 0 && synced.errorText == "")
      #expect(try FileSystem.read(home.home.appending("back")) == Array("content".utf8))
    }
  }

  @Test func `a live shared connection is closed on request, and found live before`() async throws {
    try await withAlias { home, _, entry in
      let ssh = ["-F", home.userConfig.string, "-o", "BatchMode=yes", "box", "true"]
      #expect(try await run("ssh", ssh).status == 0)
      let socket = try #require(SocketPath.path(entry, home))
      #expect(Sockets.isLive(socket))
      #expect(Sockets(home).sweep() == [])
      #expect(Sockets(home).close([entry]) == [socket])
      #expect(try FileSystem.list(SocketPath.folder(home)) == [])
    }
  }

  @Test func `another key at the same address is refused`() async throws {
    try await withAlias { home, _, entry in
      try BookStore(home).change { (_, pins) throws(BookError) in
        try pins.set(entry.hostKeyAlias, keys: [Sample.key])
      }
      let result = try await run(
        "ssh", ["-F", home.userConfig.string, "-o", "BatchMode=yes", "box", "true"])
      #expect(result.status == 255)
      #expect(result.errorText.contains("REMOTE HOST IDENTIFICATION HAS CHANGED"))
    }
  }

  @Test func `a key that is learned at the first connection is kept, and goes with the host`()
    async throws
  {
    try await withAlias { home, server, entry in
      var learner = entry
      learner.alias = "learner"
      learner.hostKeyAlias = HostKeyName.manual("learner")
      learner.hostKeyCheck = .acceptNew
      let store = BookStore(home)
      try store.add(learner, keys: [])
      let result = try await run(
        "ssh", ["-F", home.userConfig.string, "-o", "BatchMode=yes", "learner", "true"])
      #expect(result.status == 0, "\(result.errorText)")
      #expect(try store.readPins().keys(of: "sky.learner").count == 1)
      try store.rename("learner", to: "pupil")
      #expect(try store.readPins().keys(of: "sky.pupil").count == 1)
      try store.remove(["pupil"])
      #expect(try store.readPins().names == ["sky.box"])
    }
  }

  @Test func `scanned keys are those of the server, with the fingerprints that ssh shows`()
    async throws
  {
    try await withAlias { home, server, _ in
      let keys = try KeyScan.keys(of: server.address, port: server.port)
      let known = try KeyScan.keys(in: pub(server.hostKey("ed25519")))
      #expect(keys.contains(known[0]))
      let prints = try KeyScan.fingerprints(known, home)
      let shown = try await run("ssh-keygen", ["-lf", pub(server.hostKey("ed25519")).string])
      #expect(prints.count == 1)
      #expect(shown.text.contains(prints[0].split(separator: " ")[1]))
    }
  }

  private func withAlias(
    _ body: (SkyHome, LoopbackSSHD, AliasEntry) async throws -> Void
  ) async throws {
    try await withLoopbackSSHD { server in
      try await withScratchHome { home in
        let entry = AliasEntry(
          alias: "box", hostname: server.address, port: server.port, user: server.host.user,
          identityFile: server.userKey)
        try writeFile(home.userConfig, Self.hostile)
        let keys = try KeyScan.keys(in: pub(server.hostKey("ed25519")))
        try BookStore(home).add(entry, keys: keys)
        try IncludeLine(home).install()
        do {
          try await body(home, server, entry)
        } catch {
          Sockets(home).close(try BookStore(home).read().entries)
          throw error
        }
        Sockets(home).close(try BookStore(home).read().entries)
      }
    }
  }
}
