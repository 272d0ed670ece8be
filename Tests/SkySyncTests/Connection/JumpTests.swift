import HostBook
import SkySync
import Support
import Testing

@Suite struct JumpTests {
  /// Options that know `hosts` by their names.
  private func options(_ hosts: [String: ResolvedHost]) -> ConnectionOptions {
    var options = ConnectionOptions()
    options.resolveJump = { (name) throws(SyncError) in
      guard let host = hosts[name] else { throw SyncError(.unsupported, name, "unknown host") }
      return host
    }
    return options
  }

  @Test func `one jump carries commands, bulk data and re-keying`() async throws {
    try await withLoopbackSSHD(.init(lines: ["RekeyLimit 1M"], name: "far")) { far in
      try await withLoopbackSSHD(.init(lines: ["RekeyLimit 2M"], name: "bastion")) { bastion in
        var host = far.host
        host.set("proxyjump", "bastion")
        let input = pattern(5 << 20)
        let known = options(["bastion": bastion.host])
        try await withConnection(to: host, known) { connection in
          async let first = connection.answer("cat", input: input)
          async let second = connection.answer("cat >&2; exit 4", input: input)
          let (one, two) = try await (first, second)
          #expect(same(one.output[...], input[...]))
          #expect(same(two.errors[...], input[...]))
          #expect(two.outcome == .exited(4))
        }
      }
    }
  }

  @Test func `three hosts in a row, and one connection to the first for many nodes`() async throws {
    try await withLoopbackSSHD(.init(name: "far")) { far in
      try await withLoopbackSSHD(.init(name: "middle")) { middle in
        try await withLoopbackSSHD(.init(name: "first")) { first in
          var host = far.host
          let user = currentUserName()
          host.set("proxyjump", "\(user)@first:\(first.port),ssh://\(user)@middle:\(middle.port)")
          let shared = options(["first": first.host, "middle": middle.host])
          let target = host
          let texts = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<5 {
              group.addTask {
                try await withConnection(to: target, shared) {
                  try await $0.answer("echo \(number)").text
                }
              }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
          }
          #expect(texts.count == 5)
          let log = String(decoding: try readFile(first.log), as: UTF8.self)
          #expect(log.split(separator: "\n").filter { $0.contains("Accepted publickey") }.count < 5)
        }
      }
    }
  }

  @Test func `a jump host that cannot reach the target says so`() async throws {
    try await withLoopbackSSHD(.init(name: "bastion")) { bastion in
      let (address, port) = try freeLoopbackAddress()
      var host = plainHost(address, port)
      host.set("proxyjump", "bastion")
      let known = options(["bastion": bastion.host])
      let error = try await syncError { try await SSHConnection.open(host, options: known) }
      #expect(error?.code == .unreachable)
      #expect(error?.subject == "bastion")
    }
  }

  @Test func `a jump host that dies takes the connection with it`() async throws {
    try await withLoopbackSSHD(.init(name: "far")) { far in
      try await withLoopbackSSHD(.init(name: "bastion")) { bastion in
        var host = far.host
        host.set("proxyjump", "bastion")
        try await withConnection(to: host, options(["bastion": bastion.host])) { connection in
          let running = try await connection.start("echo go; exec sleep 100")
          _ = try await running.read()
          bastion.killSessions()
          let error = try await syncError { try await running.outcome() }
          #expect(error?.code == .connectionLost)
        }
      }
    }
  }

  @Test func `jumps in a circle and names without meaning are errors`() async throws {
    try await withLoopbackSSHD(.init(name: "box")) { sshd in
      var host = sshd.host
      host.set("proxyjump", "box")
      let circle = options(["box": host])
      let target = host
      let error = try await syncError { try await SSHConnection.open(target, options: circle) }
      #expect(error?.code == .unsupported)
      let unknown = try await syncError { try await SSHConnection.open(target) }
      #expect(unknown?.code == .unsupported)
    }
  }

  @Test func `a proxy command carries the connection, with its tokens`() async throws {
    try await withLoopbackSSHD(.init(name: "far")) { far in
      try await withLoopbackSSHD(.init(name: "bastion")) { bastion in
        var host = far.host
        host.set("proxycommand", "ssh -F \(bastion.config) -W %h:%p bastion")
        let input = pattern(2 << 20)
        let answer = try await withConnection(to: host) {
          try await $0.answer("cat", input: input)
        }
        #expect(same(answer.output[...], input[...]))
      }
    }
  }

  @Test func `a proxy command that fails is unreachable`() async throws {
    var host = plainHost("127.0.0.1", 22)
    host.set("proxycommand", "false")
    let target = host
    let error = try await syncError { try await SSHConnection.open(target) }
    #expect(error?.code == .unreachable)
  }

  @Test func `a proxy command that says nothing is ended with its connection`() async throws {
    try await withScratchFolder { folder in
      var options = ConnectionOptions()
      options.connect = .seconds(4)
      var host = plainHost("127.0.0.1", 22)
      host.set("proxycommand", "sh -c 'echo $$ > \(folder)/pid; exec sleep 100'")
      let (target, brief) = (host, options)
      let error = try await syncError { try await SSHConnection.open(target, options: brief) }
      #expect(error?.code == .timeout)
      let text = String(decoding: try readFile(folder.appending("pid")), as: UTF8.self)
      let process = text.split(separator: "\n").first.map(String.init) ?? ""
      while try await run("kill", ["-0", process]).status == 0 {
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }
}
