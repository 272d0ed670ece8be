import HostBook
import SkySync
import Support
import SystemPackage
import Testing

@Suite struct KeyTests {
  /// A kind of key as ssh-keygen makes it.
  struct Kind: Sendable, CustomTestStringConvertible {
    var type: String
    var extra: [String] = []
    var passphrase = ""

    var testDescription: String { ([type] + extra + [passphrase]).joined(separator: " ") }
  }

  @Test(arguments: [
    Kind(type: "ed25519"), Kind(type: "ecdsa", extra: ["-b", "256"]),
    Kind(type: "ecdsa", extra: ["-b", "384"]), Kind(type: "ecdsa", extra: ["-b", "521"]),
    Kind(type: "rsa", extra: ["-b", "2048"]),
    Kind(type: "rsa", extra: ["-b", "2048", "-m", "PEM"]),
    Kind(type: "rsa", extra: ["-b", "2048", "-m", "PKCS8"]),
    Kind(type: "ecdsa", extra: ["-m", "PEM"]), Kind(type: "ecdsa", extra: ["-m", "PKCS8"]),
    Kind(type: "ed25519", extra: ["-a", "2"], passphrase: "two words"),
    Kind(
      type: "ecdsa", extra: ["-a", "2", "-Z", "aes256-gcm@openssh.com"], passphrase: "secret words"),
    Kind(
      type: "ed25519", extra: ["-a", "2", "-Z", "chacha20-poly1305@openssh.com"],
      passphrase: "secret words"),
    Kind(type: "ed25519", extra: ["-a", "1", "-Z", "aes128-cbc"], passphrase: "secret words"),
    Kind(type: "rsa", extra: ["-b", "2048", "-a", "2"], passphrase: "secret words"),
    Kind(type: "rsa", extra: ["-b", "2048", "-m", "PEM"], passphrase: "secret words"),
    Kind(type: "ecdsa", extra: ["-m", "PKCS8"], passphrase: "secret words"),
  ])
  func `a key in a file opens the door`(kind: Kind) async throws {
    try await withLoopbackSSHD { sshd in
      let key = sshd.folder.appending("key")
      try await generateKey(key, type: kind.type, passphrase: kind.passphrase, extra: kind.extra)
      try sshd.authorize(pub(key))
      var host = sshd.host
      host.set("identityfile", key.string)
      var options = ConnectionOptions()
      let secret = Array(kind.passphrase.utf8)
      options.passphrase = { _, attempt in attempt == 1 ? Array("wrong".utf8) : secret }
      let answer = try await withConnection(to: host, options) { try await $0.answer("echo in") }
      #expect(answer.text == "in\n")
    }
  }

  @Test func `a key that is not enough without another still lets commands run`() async throws {
    let settings = LoopbackSSHD.Settings(lines: ["AuthenticationMethods publickey,publickey"])
    try await withLoopbackSSHD(settings) { sshd in
      let key = sshd.folder.appending("key")
      try await generateKey(key, type: "ecdsa", passphrase: "", extra: [])
      try sshd.authorize(pub(key))
      var host = sshd.host
      host.set("identityfile", sshd.userKey.string, key.string)
      let answer = try await withConnection(to: host) { try await $0.answer("echo in") }
      #expect(answer.text == "in\n")
    }
  }

  @Test func `without its public half an encrypted PEM key still works`() async throws {
    try await withLoopbackSSHD { sshd in
      let key = sshd.folder.appending("key")
      try await generateKey(key, type: "ecdsa", passphrase: "secret words", extra: ["-m", "PEM"])
      try sshd.authorize(pub(key))
      _ = try await run("rm", [pub(key).string])
      var host = sshd.host
      host.set("identityfile", key.string)
      var options = ConnectionOptions()
      options.passphrase = { _, _ in Array("secret words".utf8) }
      let error = try await syncError { try await withConnection(to: host, options) { _ in } }
      #expect(error == nil)
    }
  }

  @Test func `the passphrase is asked for once, however many connections want the key`()
    async throws
  {
    try await withLoopbackSSHD { sshd in
      let key = sshd.folder.appending("key")
      try await generateKey(key, passphrase: "secret words", extra: ["-a", "2"])
      try sshd.authorize(pub(key))
      var host = sshd.host
      host.set("identityfile", key.string)
      let questions = Counter()
      var options = ConnectionOptions()
      options.passphrase = { _, _ in
        questions.increase()
        return Array("secret words".utf8)
      }
      let (target, shared) = (host, options)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<5 { group.addTask { try await withConnection(to: target, shared) { _ in } } }
        try await group.waitForAll()
      }
      #expect(questions.value == 1)
    }
  }

  @Test func `an encrypted key that the server does not want is not asked for`() async throws {
    try await withLoopbackSSHD { sshd in
      let stranger = sshd.folder.appending("stranger")
      try await generateKey(stranger, passphrase: "secret words", extra: ["-a", "2"])
      var host = sshd.host
      host.set("identityfile", stranger.string, sshd.userKey.string)
      let questions = Counter()
      var options = ConnectionOptions()
      options.passphrase = { _, _ in
        questions.increase()
        return nil
      }
      try await withConnection(to: host, options) { _ in }
      #expect(questions.value == 0)
    }
  }

  @Test func `without an answer the encrypted key is named`() async throws {
    try await withLoopbackSSHD { sshd in
      let key = sshd.folder.appending("locked")
      try await generateKey(key, passphrase: "secret words", extra: ["-a", "2"])
      try sshd.authorize(pub(key))
      var host = sshd.host
      host.set("identityfile", key.string)
      let error = try await syncError { try await SSHConnection.open(host) }
      #expect(error?.code == .authentication)
      #expect(error?.reason.contains("locked: it is encrypted") == true)
    }
  }

  @Test func `a key that others may read is refused as ssh refuses it`() async throws {
    try await withLoopbackSSHD { sshd in
      _ = try await run("chmod", ["644", sshd.userKey.string])
      let error = try await syncError { try await SSHConnection.open(sshd.host) }
      #expect(error?.code == .authentication)
      let stock = try await run("ssh", ["-F", sshd.config.string, sshd.name, "true"])
      #expect(stock.status == 255)
    }
  }
}

@Suite struct AgentTests {
  @Test(arguments: ["ed25519", "ecdsa", "rsa"])
  func `a key in the agent opens the door`(type: String) async throws {
    try await withAgent { sshd, agent in
      let key = try await agent.add(type)
      try sshd.authorize(pub(key))
      var host = sshd.host
      host.set("identityfile", sshd.folder.appending("nothing").string)
      host.set("identitiesonly", "no")
      host.set("identityagent", agent.socket.string)
      let answer = try await withConnection(to: host) { try await $0.answer("echo in") }
      #expect(answer.text == "in\n")
    }
  }

  @Test func `SSH_AUTH_SOCK names the agent when the configuration does not`() async throws {
    try await withAgent { sshd, agent in
      let key = try await agent.add("ed25519")
      try sshd.authorize(pub(key))
      var host = sshd.host
      host.set("identityfile", "none")
      host.set("identitiesonly", "no")
      host.settings.removeAll { $0.key == "identityagent" }
      var user = LocalUser.current
      user.environment["SSH_AUTH_SOCK"] = agent.socket.string
      let error = try await syncError {
        try await withConnection(to: host, ConnectionOptions(user: user)) { _ in }
      }
      #expect(error == nil)
    }
  }

  @Test func `with IdentitiesOnly the agent's other keys stay unused`() async throws {
    try await withAgent { sshd, agent in
      let key = try await agent.add("ed25519")
      try sshd.authorize(pub(key))
      var host = sshd.host
      host.set("identityfile", sshd.folder.appending("nothing").string)
      host.set("identityagent", agent.socket.string)
      let refused = try await syncError { try await SSHConnection.open(host) }
      #expect(refused?.code == .authentication)
      // A public key's file is enough to name the agent's key.
      host.set("identityfile", pub(key).string)
      let named = try await syncError { try await withConnection(to: host) { _ in } }
      #expect(named == nil)
    }
  }

  @Test func `the right key is found among many that the agent holds`() async throws {
    try await withAgent { sshd, agent in
      for number in 0..<8 { _ = try await agent.add("ed25519", name: "wrong\(number)") }
      let key = try await agent.add("ecdsa")
      try sshd.authorize(pub(key))
      var host = sshd.host
      host.set("identitiesonly", "no")
      host.set("identityagent", agent.socket.string)
      // Keys named by IdentityFile come first, so the limit of tries is not reached.
      host.set("identityfile", key.string)
      let first = try await syncError { try await withConnection(to: host) { _ in } }
      #expect(first == nil)
      host.set("identityfile", "none")
      let last = try await syncError { try await SSHConnection.open(host) }
      #expect(last?.code == .authentication)
      #expect(last?.advice?.contains("MaxAuthTries") == true, "\(String(describing: last))")
    }
  }

  @Test func `an agent that is gone does no harm`() async throws {
    try await withLoopbackSSHD { sshd in
      var host = sshd.host
      host.set("identityagent", sshd.folder.appending("no-agent").string)
      let error = try await syncError { try await withConnection(to: host) { _ in } }
      #expect(error == nil)
    }
  }
}

/// An ssh-agent of one test's own.
struct TestAgent: Sendable {
  let folder: FilePath
  var socket: FilePath { folder.appending("agent") }

  /// Makes a key and adds it; its private half is then only there.
  func add(_ type: String, name: String = "added") async throws -> FilePath {
    let key = folder.appending(name)
    try await generateKey(key, type: type, extra: type == "rsa" ? ["-b", "2048"] : [])
    _ = try await run(
      "ssh-add", ["-q", key.string], environment: ["SSH_AUTH_SOCK": socket.string])
    _ = try await run("rm", [key.string])
    return key
  }
}

private func withAgent(_ body: (LoopbackSSHD, TestAgent) async throws -> Void) async throws {
  try await withLoopbackSSHD { sshd in
    let agent = TestAgent(folder: sshd.folder)
    let process = try spawn(
      "/usr/bin/ssh-agent", ["-D", "-a", agent.socket.string], environment: ["PATH=/usr/bin:/bin"],
      log: sshd.folder.appending("agent.log"))
    defer { end(process) }
    while try await run("test", ["-S", agent.socket.string]).status != 0 {
      try await Task.sleep(for: .milliseconds(10))
    }
    try await body(sshd, agent)
  }
}
