import HostBook
import Support
import SystemPackage
import Testing

@testable import SkySync

/// What ssh_config says about a connection is what the server sees.
@Suite struct AlgorithmTests {
  @Test(arguments: [
    ("ciphers", "aes256-ctr", "cipher: aes256-ctr"),
    ("ciphers", "no-such-cipher,aes192-ctr,aes128-ctr", "cipher: aes192-ctr"),
    ("macs", "hmac-sha2-512", "MAC: hmac-sha2-512"),
    ("kexalgorithms", "ecdh-sha2-nistp384", "kex: algorithm: ecdh-sha2-nistp384"),
    ("hostkeyalgorithms", "ecdsa-sha2-nistp256", "host key algorithm: ecdsa-sha2-nistp256"),
    ("hostkeyalgorithms", "ssh-ed25519", "host key algorithm: ssh-ed25519"),
    ("bindaddress", "127.0.0.9", "Connection from 127.0.0.9"),
  ])
  func `a setting reaches the server`(key: String, value: String, words: String) async throws {
    try await withLoopbackSSHD(.init(lines: ["LogLevel DEBUG2"])) { sshd in
      var host = sshd.host
      host.set(key, value)
      try await withConnection(to: host, .patient) { _ = try await $0.answer("true") }
      let log = String(decoding: try readFile(sshd.log), as: UTF8.self)
      #expect(log.contains(words), "\(log)")
    }
  }

  @Test(arguments: [
    ("ciphers", "chacha20-poly1305@nobody"), ("macs", "umac-64@openssh.com"),
    ("kexalgorithms", "sntrup761x25519-sha512"),
    ("hostkeyalgorithms", "sk-ssh-ed25519@openssh.com"),
  ])
  func `what libssh2 has none of is left to OpenSSH`(key: String, value: String) async throws {
    try await withLoopbackSSHD { sshd in
      var host = sshd.host
      host.set(key, value)
      let error = try await syncError { try await withConnection(to: host, .patient) { _ in } }
      #expect(error?.code == .unsupported && error?.isForOpenSSH == true, "\(error as Any)")
    }
  }

  @Test func `keys are not offered where the configuration says no`() async throws {
    try await withLoopbackSSHD { sshd in
      for (key, value) in [
        ("preferredauthentications", "password"), ("pubkeyauthentication", "false"),
      ] {
        var host = sshd.host
        host.set(key, value)
        let error = try await syncError { try await withConnection(to: host, .patient) { _ in } }
        #expect(error?.code == .authentication)
      }
      let log = String(decoding: try readFile(sshd.log), as: UTF8.self)
      #expect(!log.contains("publickey"), "\(log)")
    }
  }
}
