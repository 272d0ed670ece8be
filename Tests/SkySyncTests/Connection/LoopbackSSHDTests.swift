import Support
import Testing

@Suite struct LoopbackSSHDTests {
  @Test func `the stock client gets in through the generated configuration`() async throws {
    try await withLoopbackSSHD { sshd in
      let result = try await run("ssh", ["-F", sshd.config.string, sshd.name, "echo $HOME"])
      #expect(result.text == sshd.home.string + "\n")
      #expect(result.errorText == "")
      #expect(sshd.host.hostname == sshd.address)
      #expect(sshd.host.port == sshd.port)
    }
  }
}
