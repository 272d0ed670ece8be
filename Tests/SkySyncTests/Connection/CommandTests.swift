import SkySync
import Support
import Testing

@Suite struct CommandTests {
  @Test func `output, errors and exit code come back apart`() async throws {
    try await withLoopbackSSHD { sshd in
      try await withConnection(to: sshd.host) { connection in
        let answer = try await connection.answer("echo out; echo err >&2; exit 3")
        #expect(answer.text == "out\n")
        #expect(answer.errorText == "err\n")
        #expect(answer.outcome == .exited(3))
      }
    }
  }

  @Test func `a killed command is told by its signal`() async throws {
    try await withLoopbackSSHD { sshd in
      try await withConnection(to: sshd.host) { connection in
        var outcomes: [RemoteOutcome] = []
        for command in ["kill -KILL $$", "kill -TERM $$", "true"] {
          outcomes.append(try await connection.answer(command).outcome)
        }
        #expect(outcomes == [.signalled("KILL"), .signalled("TERM"), .exited(0)])
      }
    }
  }

  @Test func `64 MB pass both ways unchanged`() async throws {
    let piece = pattern(1 << 20)
    try await withLoopbackSSHD { sshd in
      try await withConnection(to: sshd.host) { connection in
        let running = try await connection.start("cat")
        async let writing: Void = {
          for _ in 0..<64 { try await running.write(piece) }
          try await running.finishInput()
        }()
        var received: [UInt8] = []
        while let bytes = try await running.read() { received += bytes }
        try await writing
        #expect(received.count == 64 << 20)
        let pieces = stride(from: 0, to: received.count, by: piece.count)
        #expect(pieces.allSatisfy { same(received[$0..<$0 + piece.count], piece[...]) })
        let outcome = try await running.outcome()
        #expect(outcome == .exited(0))
      }
    }
  }

  @Test func `8 commands at once survive constant re-keying`() async throws {
    let input = pattern(4 << 20)
    try await withLoopbackSSHD(.init(lines: ["RekeyLimit 1M"])) { sshd in
      try await withConnection(to: sshd.host) { connection in
        try await withThrowingTaskGroup(of: Bool.self) { group in
          for number in 0..<8 {
            group.addTask {
              let answer = try await connection.answer("cat; exit \(number)", input: input)
              return same(answer.output[...], input[...])
                && answer.outcome == .exited(Int32(number))
            }
          }
          for try await right in group { #expect(right) }
        }
      }
    }
  }

  @Test func `a banner before the login does not disturb it`() async throws {
    try await withLoopbackSSHD(.init(lines: ["Banner /etc/passwd"])) { sshd in
      let answer = try await withConnection(to: sshd.host) { try await $0.answer("echo in") }
      #expect(answer == Answer(output: Array("in\n".utf8), errors: [], outcome: .exited(0)))
    }
  }

  @Test func `8 starts at the same moment take their turns`() async throws {
    try await withLoopbackSSHD { sshd in
      try await withConnection(to: sshd.host) { connection in
        for _ in 0..<5 {
          try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<8 {
              group.addTask { try await connection.answer("echo \(number)").text == "\(number)\n" }
            }
            for try await right in group { #expect(right) }
          }
        }
      }
    }
  }

  @Test func `a flood of errors does not hold up the output`() async throws {
    try await withLoopbackSSHD { sshd in
      try await withConnection(to: sshd.host) { connection in
        let answer = try await connection.answer("head -c 6000000 /dev/zero >&2; echo done")
        #expect(answer.errors.count == 6_000_000)
        #expect(answer.text == "done\n")
      }
    }
  }
}
