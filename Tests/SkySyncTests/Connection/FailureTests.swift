import HostBook
import SkySync
import Support
import SystemPackage
import Testing

@Suite struct FailureTests {
  @Test func `a changed host key is refused before anything is sent`() async throws {
    try await withLoopbackSSHD { sshd in
      let other = sshd.folder.appending("other")
      try await generateKey(other)
      try writeFile(
        sshd.knownHosts, Array("[\(sshd.address)]:\(sshd.port) ".utf8) + readFile(pub(other)))
      let error = try await syncError { try await SSHConnection.open(sshd.host) }
      #expect(error?.code == .hostKey)
      #expect(error?.reason.contains("\(sshd.knownHosts):1") == true)
      let log = String(decoding: try readFile(sshd.log), as: UTF8.self)
      #expect(!log.contains("Accepted") && !log.contains("publickey"))
    }
  }

  @Test func `a revoked host key is refused even when it is pinned too`() async throws {
    try await withLoopbackSSHD(.init(hostKeyTypes: ["ed25519"])) { sshd in
      try appendFile(
        sshd.knownHosts, Array("@revoked * ".utf8) + readFile(pub(sshd.hostKey("ed25519"))))
      let error = try await syncError { try await SSHConnection.open(sshd.host) }
      #expect(error?.code == .hostKey)
      #expect(error?.reason.contains("revoked") == true)
    }
  }

  @Test(arguments: ["yes", "true", "ask"])
  func `an unknown host key is refused when nobody may accept it`(checking: String) async throws {
    try await withLoopbackSSHD { sshd in
      try writeFile(sshd.knownHosts, "")
      var host = sshd.host
      host.set("stricthostkeychecking", checking)
      let error = try await syncError { try await SSHConnection.open(host) }
      #expect(error?.code == .hostKey)
      #expect(try readFile(sshd.knownHosts) == [])
    }
  }

  @Test(arguments: ["accept-new", "no", "false", "ask"])
  func `an unknown host key is learned so that ssh knows it too`(checking: String) async throws {
    try await withLoopbackSSHD { sshd in
      try writeFile(sshd.knownHosts, "")
      var host = sshd.host
      host.set("stricthostkeychecking", checking)
      host.set("hashknownhosts", checking == "no" ? "yes" : "no")
      var options = ConnectionOptions()
      options.acceptHostKey = { $0.host == "[\(sshd.address)]:\(sshd.port)" }
      try await withConnection(to: host, options) { _ in }
      let again = try await syncError { try await withConnection(to: sshd.host) { _ in } }
      #expect(again == nil)
      let stock = try await run("ssh", ["-F", sshd.config.string, sshd.name, "echo in"])
      #expect(stock.text == "in\n")
    }
  }

  @Test func `a host known by one kind of key is asked for that kind`() async throws {
    try await withLoopbackSSHD(.init(hostKeyTypes: ["ecdsa", "ed25519"])) { sshd in
      for type in ["ecdsa", "ed25519"] {
        try writeFile(
          sshd.knownHosts,
          Array("[\(sshd.address)]:\(sshd.port) ".utf8) + readFile(pub(sshd.hostKey(type))))
        let error = try await syncError { try await withConnection(to: sshd.host) { _ in } }
        #expect(error == nil)
      }
    }
  }

  @Test(arguments: [
    LoopbackSSHD.Settings(hostKeyTypes: ["rsa"]),
    LoopbackSSHD.Settings(lines: ["MACs hmac-sha2-256-etm@openssh.com"]),
  ])
  func `a server that libssh2 cannot talk to is told by the reason`(
    settings: LoopbackSSHD.Settings
  ) async throws {
    try await withLoopbackSSHD(settings) { sshd in
      let error = try await syncError { try await withConnection(to: sshd.host) { _ in } }
      // libssh2 1.11 and later can.
      #expect(error == nil || error?.code == .unsupported)
    }
  }

  @Test func `a refused key is named`() async throws {
    try await withLoopbackSSHD { sshd in
      let other = sshd.folder.appending("stranger")
      try await generateKey(other)
      var host = sshd.host
      host.set("identityfile", other.string)
      let error = try await syncError { try await SSHConnection.open(host) }
      #expect(error?.code == .authentication)
      #expect(error?.reason.contains("stranger: refused by the server") == true)
    }
  }

  @Test func `nothing listening is unreachable at once`() async throws {
    let (address, port) = try freeLoopbackAddress()
    let error = try await syncError { try await SSHConnection.open(plainHost(address, port)) }
    #expect(error?.code == .unreachable)
    #expect(error?.reason.contains("refused") == true)
  }

  @Test func `a name that does not exist is an unknown host`() async throws {
    let error = try await syncError {
      try await SSHConnection.open(plainHost("no-such-host.invalid", 22))
    }
    #expect(error?.code == .unknownHost)
    #expect(error?.reason.contains("no-such-host.invalid") == true)
  }

  @Test func `a server that says nothing is a timeout`() async throws {
    let listener = try LoopbackListener()
    defer { listener.close() }
    var options = ConnectionOptions()
    options.connect = .seconds(3)
    let error = try await syncError {
      try await SSHConnection.open(plainHost(listener.address, listener.port), options: options)
    }
    #expect(error?.code == .timeout)
  }

  @Test(arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "220 mail ESMTP\r\n", "\u{0}\u{1}\u{2}"])
  func `what is no ssh server is told so`(greeting: String) async throws {
    try await withTalker(greeting) { talker in
      let error = try await syncError {
        try await SSHConnection.open(plainHost(talker.address, talker.port))
      }
      #expect(error?.code == .unreachable)
      #expect(error?.reason.contains("no ssh server") == true, "\(String(describing: error))")
    }
  }

  @Test func `a server that is always too busy is given up in the end`() async throws {
    try await withTalker("Exceeded MaxStartups\r\n") { talker in
      var options = ConnectionOptions()
      options.connect = .seconds(1)
      let error = try await syncError {
        try await SSHConnection.open(plainHost(talker.address, talker.port), options: options)
      }
      #expect(error?.code == .timeout || error?.code == .unreachable)
    }
  }

  @Test func `a killed server is a lost connection, not an outcome`() async throws {
    try await withLoopbackSSHD { sshd in
      try await withConnection(to: sshd.host) { connection in
        let running = try await connection.start("echo ready; exec sleep 100")
        let first = try await running.read()
        #expect(first == Array("ready\n".utf8))
        async let outcome = syncError { try await running.outcome() }
        sshd.killSessions()
        let code = try await outcome?.code
        #expect(code == .connectionLost)
        let next = try await syncError { try await connection.start("true") }
        #expect(next?.code == .connectionLost)
      }
    }
  }

  @Test(arguments: [500, 2000, 4000, 100_000])
  func `a connection cut after some bytes is an error, never an outcome`(bytes: Int) async throws {
    try await withLoopbackSSHD { sshd in
      try await withDelayProxy(to: sshd, cutAfter: bytes) { proxy in
        let error = try await syncError {
          try await withConnection(to: sshd.host(through: proxy.address, proxy.port)) {
            try await $0.answer("head -c 1000000 /dev/zero")
          }
        }
        #expect(error != nil)
        if bytes == 100_000 { #expect(error?.code == .connectionLost) }
      }
    }
  }
}

/// A host of which nothing is known.
func plainHost(_ address: String, _ port: UInt16) -> ResolvedHost {
  var host = ResolvedHost(name: "box", settings: [])
  host.set("hostname", address)
  host.set("port", "\(port)")
  host.set("user", "nobody")
  host.set("identityagent", "none")
  host.set("userknownhostsfile", "/dev/null")
  return host
}
