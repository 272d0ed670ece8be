import Support
import Testing

@Suite struct DelayProxyTests {
  @Test func `bytes pass the proxy unchanged and are counted`() async throws {
    try await withLoopbackSSHD { sshd in
      try await withDelayProxy(to: sshd, delay: .milliseconds(5)) { proxy in
        let input = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        let result = try await run(
          "ssh",
          [
            "-F", sshd.config.string, "-o", "HostName=\(proxy.address)", "-p", "\(proxy.port)",
            "-o", "HostKeyAlias=[\(sshd.address)]:\(sshd.port)", sshd.name, "cat",
          ], input: input)
        #expect(result.output == input)
        #expect(proxy.count.connections == 1)
        #expect(proxy.count.forward > input.count)
        #expect(proxy.count.backward > input.count)
      }
    }
  }

  @Test func `a connection is cut after as many bytes as asked`() async throws {
    try await withLoopbackSSHD { sshd in
      try await withDelayProxy(to: sshd, cutAfter: 100_000) { proxy in
        let result = try await run(
          "ssh",
          [
            "-F", sshd.config.string, "-o", "HostName=\(proxy.address)", "-p", "\(proxy.port)",
            "-o", "HostKeyAlias=[\(sshd.address)]:\(sshd.port)", sshd.name,
            "head -c 1000000 /dev/zero",
          ])
        #expect(result.status == 255)
        #expect(result.output.count < 100_000)
      }
    }
  }
}
