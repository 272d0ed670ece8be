import HostBook
import Support
import Synchronization
import SystemPackage
import Testing

@testable import SkySync

/// What libssh2 cannot do, carried by the user's own ssh.
@Suite(.timeLimit(.minutes(20))) struct OpenSSHTests {
  @Test func `a certificate lets us in, and commands, streams and endings are as ever`()
    async throws
  {
    try await withLoopbackSSHD { sshd in
      try await onlyCertificates(sshd)
      try await withOpenSSH(sshd) { host, notices in
        let answer = try await host.answer(
          "echo out; echo err >&2; cat; exit 3", input: Array("in".utf8))
        #expect(answer.text == "out\nin" && answer.errorText == "err\n")
        #expect(answer.outcome == .exited(3))
        let input = pattern(8 << 20)
        let echo = try await host.answer("cat", input: input)
        #expect(same(echo.output[...], input[...]))
        let keys = try await host.hostKeys()
        #expect(keys.count == 2)
        #expect(notices().contains { $0.contains("OpenSSH's ssh") && $0.contains("certificates") })
      }
    }
  }

  @Test(arguments: [
    ["MACs hmac-sha2-256-etm@openssh.com", "Ciphers aes128-ctr"],
    ["KexAlgorithms sntrup761x25519-sha512@openssh.com"], ["Ciphers aes256-gcm@openssh.com"],
  ])
  func `a server with nothing that libssh2 has`(lines: [String]) async throws {
    try await withLoopbackSSHD(.init(lines: lines)) { sshd in
      try await withOpenSSH(sshd) { host, _ in
        let answer = try await host.answer("echo in")
        #expect(answer.text == "in\n")
      }
    }
  }

  @Test func `a server with an RSA host key only`() async throws {
    try await withLoopbackSSHD(.init(hostKeyTypes: ["rsa"])) { sshd in
      try await withOpenSSH(sshd) { host, _ in
        let answer = try await host.answer("echo in")
        #expect(answer.text == "in\n")
        let keys = try await host.hostKeys()
        #expect(!keys.isEmpty && keys.allSatisfy { $0.hasPrefix("ssh-rsa ") })
      }
    }
  }

  @Test func `a connection that the user shares is joined, and left open`() async throws {
    try await withLoopbackSSHD { sshd in
      try await onlyCertificates(sshd)
      // The user has logged in with a key that we know nothing of.
      let socket = sshd.folder.appending("mine")
      let config = sshd.folder.appending("shared_config")
      let text = String(decoding: try readFile(sshd.config), as: UTF8.self)
      try writeFile(config, Array((text + "  ControlPath \(socket)\n").utf8))
      let key = sshd.folder.appending("id_ed25519")
      let hidden = sshd.folder.appending("hidden")
      _ = try await run("cp", [key.string, hidden.string])
      _ = try await run("mv", [key.string + "-cert.pub", hidden.string + "-cert.pub"])
      let master = try await run(
        "ssh", ["-F", config.string, "-fNM", "-i", hidden.string, sshd.name])
      #expect(master.status == 0, "\(master.errorText)")
      var host = sshd.host
      host.set("pkcs11provider", "/no/such/library")
      var options = ConnectionOptions.patient
      options.openSSH = OpenSSHUse(
        config: config, sockets: sshd.folder.appending("s"), mayAsk: false)
      let connection = try await NodeOpening.open(host, options: options)
      let answer = try await connection.answer("echo in")
      #expect(answer.text == "in\n")
      await connection.close()
      let check = try await run("ssh", ["-F", config.string, "-O", "check", sshd.name])
      #expect(check.status == 0, "the user's connection was closed")
      _ = try await run("ssh", ["-F", config.string, "-O", "exit", sshd.name])
    }
  }

  @Test func `where ssh cannot either, both reasons are told and nothing is left running`()
    async throws
  {
    try await withLoopbackSSHD { sshd in
      try await onlyCertificates(sshd)
      try writeFile(sshd.folder.appending("authorized_keys"), [])
      var options = ConnectionOptions.patient
      let sockets = sshd.folder.appending("s")
      options.openSSH = OpenSSHUse(config: sshd.config, sockets: sockets, mayAsk: false)
      let error = try await syncError { [options] in
        try await NodeOpening.open(sshd.host, options: options)
      }
      #expect(error?.code == .authentication)
      #expect(error?.reason.contains("OpenSSH's ssh could not either") == true, "\(error as Any)")
      #expect(try FileSystem.list(sockets) == [])
    }
  }

  @Test func `a refusal that ssh would share is not tried twice`() async throws {
    try await withLoopbackSSHD { sshd in
      try writeFile(sshd.folder.appending("authorized_keys"), [])
      var options = ConnectionOptions.patient
      options.openSSH = OpenSSHUse(
        config: sshd.config, sockets: sshd.folder.appending("s"), mayAsk: false)
      let error = try await syncError { [options] in
        try await NodeOpening.open(sshd.host, options: options)
      }
      #expect(error?.code == .authentication && error?.isForOpenSSH == false)
      let log = String(decoding: try readFile(sshd.log), as: UTF8.self)
      #expect(log.ranges(of: "Connection from").count == 1, "\(log)")
    }
  }

  @Test func `a command that is abandoned ends, and its connection goes on`() async throws {
    try await withLoopbackSSHD { sshd in
      try await onlyCertificates(sshd)
      try await withOpenSSH(sshd) { host, _ in
        let command = try await host.start("echo on; sleep 1000")
        let first = try await command.read()
        #expect(first == Array("on\n".utf8))
        await command.abandon()
        let answer = try await host.answer("echo in")
        #expect(answer.text == "in\n")
        let waiting = try await host.start("sleep 1000")
        let task = Task { try await waiting.outcome() }
        task.cancel()
        let error = try await syncError { try await task.value }
        #expect(error?.code == .cancelled)
      }
    }
  }
}

/// The server takes certificates of an authority only, and the user has one.
private func onlyCertificates(_ sshd: LoopbackSSHD) async throws {
  let authority = sshd.folder.appending("authority")
  try await generateKey(authority)
  let user = currentUserName()
  let signed = try await run(
    "ssh-keygen",
    ["-q", "-s", authority.string, "-I", "test", "-n", user, pub(sshd.userKey).string])
  try #require(signed.status == 0, "\(signed.errorText)")
  try writeFile(
    sshd.folder.appending("authorized_keys"),
    Array("cert-authority ".utf8) + readFile(pub(authority)))
}

private func withOpenSSH(
  _ sshd: LoopbackSSHD,
  _ body: (any NodeConnection, _ notices: () -> [String]) async throws -> Void
) async throws {
  let said = Said()
  var options = ConnectionOptions.patient
  options.notice = { said.add($0) }
  options.openSSH = OpenSSHUse(
    config: sshd.config, sockets: sshd.folder.appending("s"), mayAsk: false)
  let connection = try await NodeOpening.open(sshd.host, options: options)
  #expect(connection is OpenSSHConnection, "libssh2 could do it")
  do {
    try await body(connection) { said.all }
    await connection.close()
  } catch {
    await connection.close()
    throw error
  }
}

private final class Said: Sendable {
  private let words = Mutex<[String]>([])
  func add(_ text: String) { words.withLock { $0.append(text) } }
  var all: [String] { words.withLock { $0 } }
}
