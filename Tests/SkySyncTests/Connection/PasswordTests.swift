import HostBook
import SkySync
import Support
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A server that takes a password only: OpenSSH's own would need an account of the system for that.
@Suite(.timeLimit(.minutes(5))) struct PasswordTests {
  @Test func `a password is given when no key is taken, and asked for again when it was wrong`()
    async throws
  {
    try await withPasswordServer { host in
      var options = ConnectionOptions()
      options.password = { _, attempt in Array((attempt == 1 ? "wrong" : "open sesame").utf8) }
      let answer = try await withConnection(to: host, options) { try await $0.answer("hello") }
      #expect(answer.text == "ran hello\n" && answer.outcome == .exited(0))
    }
  }

  @Test func `without one to give, or where passwords are off, the door stays shut`() async throws {
    try await withPasswordServer { host in
      var options = ConnectionOptions()
      let silent = try await syncError { try await withConnection(to: host, options) { _ in } }
      #expect(silent?.code == .authentication)
      options.password = { _, _ in Array("open sesame".utf8) }
      var off = host
      off.set("passwordauthentication", "no")
      let error = try await syncError { [options] in
        try await withConnection(to: off, options) { _ in }
      }
      #expect(error?.code == .authentication)
      #expect(error.map { "\($0)".contains("sesame") } == false, "a password is told")
    }
  }
}

private let server = """
  import asyncio, asyncssh, sys

  class Door(asyncssh.SSHServer):
      def begin_auth(self, username): return True
      def password_auth_supported(self): return True
      def validate_password(self, username, password): return password == "open sesame"

  def work(process):
      process.stdout.write("ran " + process.command + "\\n")
      process.exit(0)

  async def main():
      door = await asyncssh.create_server(
          Door, "127.0.0.1", 0, server_host_keys=[sys.argv[1]], process_factory=work,
          public_key_auth=False)
      print(door.get_port(), flush=True)
      await asyncio.sleep(300)

  asyncio.run(main())
  """

/// Runs `body` with the server's host, trusted; needs the asyncssh of the set-up script.
private func withPasswordServer(_ body: (ResolvedHost) async throws -> Void) async throws {
  try await withScratchFolder { folder in
    let key = folder.appending("host")
    try await generateKey(key)
    try writeFile(folder.appending("server.py"), Array(server.utf8))
    let log = folder.appending("log")
    let python = TestTools.folder.appending("bin/python3").string
    let process = try spawn(
      python, [folder.appending("server.py").string, key.string],
      environment: ["PATH=/usr/bin:/bin"], log: log)
    defer {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    var port: UInt16?
    while port == nil {
      try await Task.sleep(for: .milliseconds(20))
      let text = String(decoding: (try? readFile(log)) ?? [], as: UTF8.self)
      port = text.split(separator: "\n").first.flatMap { UInt16($0) }
      try #require(kill(process, 0) == 0 && !text.contains("Error"), "\(text)")
    }
    let number = try #require(port)
    let known = folder.appending("known_hosts")
    try writeFile(known, Array("[127.0.0.1]:\(number) ".utf8) + readFile(pub(key)))
    let settings = [
      ("hostname", "127.0.0.1"), ("port", "\(number)"), ("user", "me"), ("identityagent", "none"),
      ("identityfile", "none"), ("userknownhostsfile", known.string),
      ("globalknownhostsfile", "/dev/null"), ("stricthostkeychecking", "yes"),
      ("passwordauthentication", "yes"), ("numberofpasswordprompts", "3"),
    ]
    try await body(
      ResolvedHost(name: "door", settings: settings.map { .init(key: $0.0, value: $0.1) }))
  }
}
