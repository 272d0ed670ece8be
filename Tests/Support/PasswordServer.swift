import HostBook
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An ssh server that takes a password and no key, and runs commands for real. OpenSSH's own would need an
/// account of the system for that; this one is asyncssh, which the set-up script installs.
public struct PasswordServer: Sendable {
  public static let password = "open sesame"

  public let port: UInt16
  /// `HOME` of what runs there.
  public let home: FilePath
  public let knownHosts: FilePath

  /// Trusted, for a user called `me`.
  public var host: ResolvedHost {
    let settings = [
      ("hostname", "127.0.0.1"), ("port", "\(port)"), ("user", "me"), ("identityagent", "none"),
      ("identityfile", "none"), ("userknownhostsfile", knownHosts.string),
      ("globalknownhostsfile", "/dev/null"), ("stricthostkeychecking", "yes"),
      ("passwordauthentication", "yes"), ("numberofpasswordprompts", "3"),
    ]
    return ResolvedHost(name: "door", settings: settings.map { .init(key: $0.0, value: $0.1) })
  }

  fileprivate static let program = """
    import asyncio, asyncssh, os, sys

    class Door(asyncssh.SSHServer):
        def begin_auth(self, username): return True
        def password_auth_supported(self): return True
        def validate_password(self, username, password): return password == "\(password)"

    async def work(process):
        child = await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", process.command, env={**os.environ, "HOME": sys.argv[2]}, cwd=sys.argv[2],
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE)
        await process.redirect(stdin=child.stdin, stdout=child.stdout, stderr=child.stderr)
        process.exit(await child.wait())

    async def main():
        door = await asyncssh.create_server(
            Door, "127.0.0.1", 0, server_host_keys=[sys.argv[1]], process_factory=work,
            public_key_auth=False, encoding=None)
        print(door.get_port(), flush=True)
        await asyncio.sleep(600)

    asyncio.run(main())
    """
}

/// Runs `body` with such a server; it is gone afterwards.
public func withPasswordServer(_ body: (PasswordServer) async throws -> Void) async throws {
  try await withScratchFolder { folder in
    let key = folder.appending("host")
    let home = folder.appending("home")
    try await generateKey(key)
    mkdir(home.string, 0o755)
    try writeFile(folder.appending("server.py"), Array(PasswordServer.program.utf8))
    let log = folder.appending("log")
    let process = try spawn(
      TestTools.folder.appending("bin/python3").string,
      [folder.appending("server.py").string, key.string, home.string],
      environment: ["PATH=/usr/bin:/bin"], log: log)
    defer {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    var found: UInt16?
    while found == nil {
      try await Task.sleep(for: .milliseconds(20))
      let text = String(decoding: (try? readFile(log)) ?? [], as: UTF8.self)
      found = text.split(separator: "\n").first.flatMap { UInt16($0) }
      try #require(waitpid(process, nil, WNOHANG) == 0, "\(text)")
    }
    let port = try #require(found)
    let known = folder.appending("known_hosts")
    try writeFile(known, Array("[127.0.0.1]:\(port) ".utf8) + readFile(pub(key)))
    try await body(PasswordServer(port: port, home: home, knownHosts: known))
  }
}
