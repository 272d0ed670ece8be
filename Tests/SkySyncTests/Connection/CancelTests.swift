import HostBook
import SkySync
import Support
import Synchronization
import Testing

@Suite struct CancelTests {
  @Test func `cancelling the reader ends its command and leaves the others alone`() async throws {
    try await withLoopbackSSHD { sshd in
      try await withConnection(to: sshd.host) { connection in
        let other = try await connection.start("cat")
        let reading = Task { try await connection.answer("sleep 100") }
        let running = try await connection.start("echo go; exec sleep 100")
        _ = try await running.read()
        reading.cancel()
        let error = try await syncError { try await reading.value }
        #expect(error?.code == .cancelled)
        try await other.write(Array("still here".utf8))
        let echo = try await other.read()
        #expect(echo == Array("still here".utf8))
      }
    }
  }

  @Test func `abandoning a command that sleeps waits for nothing`() async throws {
    try await withLoopbackSSHD { sshd in
      try await withConnection(to: sshd.host) { connection in
        let running = try await connection.start("exec sleep 100")
        await running.abandon()
        let outcome = try await syncError { try await running.outcome() }
        #expect(outcome?.code == .cancelled)
        let answer = try await connection.answer("echo next")
        #expect(answer.text == "next\n")
      }
    }
  }

  @Test func `closing a connection ends its commands at once`() async throws {
    try await withLoopbackSSHD { sshd in
      let connection = try await SSHConnection.open(sshd.host)
      let running = try await connection.start("exec sleep 100")
      async let error = syncError { try await running.outcome() }
      await connection.close()
      let code = try await error?.code
      #expect(code == .connectionLost)
    }
  }

  @Test func `opening can be cancelled while the server is silent`() async throws {
    let listener = try LoopbackListener()
    defer { listener.close() }
    let host = plainHost(listener.address, listener.port)
    let opening = Task { try await SSHConnection.open(host) }
    try await Task.sleep(for: .milliseconds(50))
    opening.cancel()
    let error = try await syncError { try await opening.value }
    #expect(error?.code == .cancelled)
  }

  @Test func `a task that is cancelled already opens nothing`() async throws {
    let error = try await syncError {
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await SSHConnection.open(plainHost("127.0.0.1", 1))
      }
      return try await task.value
    }
    #expect(error?.code == .cancelled)
  }

  @Test func `a command longer than its limit is a timeout`() async throws {
    try await withLoopbackSSHD { sshd in
      var options = ConnectionOptions()
      options.total = .seconds(4)
      try await withConnection(to: sshd.host, options) { connection in
        let error = try await syncError { try await connection.answer("exec sleep 100") }
        #expect(error?.code == .timeout)
        let answer = try await connection.answer("echo next")
        #expect(answer.text == "next\n")
      }
    }
  }

  @Test func `a node that falls silent is a timeout, one that speaks is not`() async throws {
    try await withLoopbackSSHD { sshd in
      var options = ConnectionOptions()
      options.idle = .seconds(3)
      try await withConnection(to: sshd.host, options) { connection in
        let answer = try await connection.answer(
          "for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.5; done")
        #expect(answer.outcome == .exited(0))
        let error = try await syncError { try await connection.answer("exec sleep 100") }
        #expect(error?.code == .timeout)
      }
    }
  }

  @Test func `a reader that dawdles holds back the node, and loses nothing`() async throws {
    try await withLoopbackSSHD { sshd in
      try await withConnection(to: sshd.host) { connection in
        let running = try await connection.start("head -c 20000000 /dev/zero; echo end >&2")
        try await Task.sleep(for: .milliseconds(500))
        let quick = try await connection.answer("echo quick")
        #expect(quick.text == "quick\n")
        var count = 0
        while let bytes = try await running.read() { count += bytes.count }
        #expect(count == 20_000_000)
        let errors = try await running.readError()
        #expect(errors == Array("end\n".utf8))
        let outcome = try await running.outcome()
        #expect(outcome == .exited(0))
      }
    }
  }

  @Test func `a command that reads nothing more ends its writer`() async throws {
    try await withLoopbackSSHD { sshd in
      try await withConnection(to: sshd.host) { connection in
        let running = try await connection.start("exec true")
        let error = try await syncError {
          for _ in 0..<1000 { try await running.write([UInt8](repeating: 0, count: 100_000)) }
        }
        #expect(error?.code == .connectionLost)
        let outcome = try await running.outcome()
        #expect(outcome == .exited(0))
      }
    }
  }
}

@Suite struct CrowdTests {
  @Test func `100 connections at once all get through a server with default MaxStartups`()
    async throws
  {
    try await withLoopbackSSHD(.init(lines: ["MaxStartups 10:30:100"])) { sshd in
      let host = sshd.host
      var options = ConnectionOptions()
      options.connect = .seconds(120)
      let shared = options
      let texts = try await withThrowingTaskGroup(of: String.self) { group in
        for number in 0..<100 {
          group.addTask {
            try await withConnection(to: host, shared) {
              try await $0.answer("echo \(number)").text
            }
          }
        }
        var texts: Set<String> = []
        for try await text in group { texts.insert(text) }
        return texts
      }
      #expect(texts.count == 100)
    }
  }

  @Test func `10 commands run at once on one connection, the next is refused politely`()
    async throws
  {
    try await withLoopbackSSHD { sshd in
      try await withConnection(to: sshd.host) { connection in
        var running: [any RemoteCommand] = []
        for _ in 0..<10 { running.append(try await connection.start("cat")) }
        let error = try await syncError { try await connection.start("cat") }
        #expect(error?.code == .badAnswer)
        #expect(error?.advice?.contains("MaxSessions") == true)
        for command in running {
          try await command.finishInput()
          let outcome = try await command.outcome()
          #expect(outcome == .exited(0))
        }
        let answer = try await connection.answer("echo again")
        #expect(answer.text == "again\n")
      }
    }
  }

  @Test func `a connection that idles is kept alive against an impatient server`() async throws {
    let lines = ["ClientAliveInterval 3", "ClientAliveCountMax 2"]
    try await withLoopbackSSHD(.init(lines: lines)) { sshd in
      var options = ConnectionOptions()
      options.keepAlive = .seconds(2)
      try await withConnection(to: sshd.host, options) { connection in
        try await Task.sleep(for: .seconds(12))
        let answer = try await connection.answer("echo alive")
        #expect(answer.text == "alive\n")
      }
    }
  }

  /// The kernel of the other side goes on acknowledging: only ssh can tell.
  @Test func `a server that answers nothing is given up as ServerAliveInterval says`() async throws
  {
    try await withLoopbackSSHD { sshd in
      try await withDelayProxy(to: sshd) { proxy in
        var host = sshd.host(through: proxy.address, proxy.port)
        host.set("serveraliveinterval", "2")
        host.set("serveralivecountmax", "2")
        try await withConnection(to: host) { connection in
          let running = try await connection.start("echo go; exec sleep 100")
          _ = try await running.read()
          proxy.pause(true)
          let error = try await syncError { try await running.outcome() }
          #expect(error?.code == .timeout)
          #expect(error?.reason.contains("answered nothing for 4") == true)
        }
        proxy.pause(false)
      }
    }
  }

  @Test func `a slow reader or a quiet command is no silence of the server`() async throws {
    try await withLoopbackSSHD { sshd in
      var host = sshd.host
      host.set("serveraliveinterval", "1")
      host.set("serveralivecountmax", "1")
      try await withConnection(to: host) { connection in
        let running = try await connection.start("head -c 20000000 /dev/zero; exec sleep 100")
        try await Task.sleep(for: .seconds(9))
        var count = 0
        while count < 20_000_000, let bytes = try await running.read() { count += bytes.count }
        try await Task.sleep(for: .seconds(9))
        let answer = try await connection.answer("echo alive")
        #expect(answer.text == "alive\n")
        #expect(count == 20_000_000)
      }
    }
  }

  @Test func `a far server works as a near one does`() async throws {
    try await withLoopbackSSHD { sshd in
      try await withDelayProxy(to: sshd, delay: .milliseconds(25)) { proxy in
        let input = pattern(3 << 20)
        let host = sshd.host(through: proxy.address, proxy.port)
        let answer = try await withConnection(to: host) {
          try await $0.answer("cat", input: input)
        }
        #expect(same(answer.output[...], input[...]))
      }
    }
  }
}
