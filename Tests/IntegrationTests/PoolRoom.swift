import Support
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension SkyRoom {
  /// Writes `~/.ssh/config` with a block for each server, and `~/.sky/ssh_node_pools.yaml`.
  ///
  /// - Parameters:
  ///   - lines: further lines of the blocks, by server.
  ///   - pool: the hosts of the pool `mine`, one a line, as YAML has them.
  func knows(
    _ servers: [LoopbackSSHD], lines: [String: [String]] = [:], pool: [String]
  ) throws {
    var config = ""
    for server in servers {
      let block =
        (lines[server.name] ?? []) + [
          "HostName \(server.address)", "Port \(server.port)", "User \(server.host.user)",
          "IdentityFile \(server.userKey)", "UserKnownHostsFile \(server.knownHosts)",
        ]
      config += "Host \(server.name)\n" + block.map { "  \($0)\n" }.joined()
    }
    try write(config, to: ".ssh/config")
    try write("mine:\n  hosts:\n" + pool.map { "  - \($0)\n" }.joined(), to: poolFile)
  }

  /// From the home on.
  var poolFile: String { ".sky/ssh_node_pools.yaml" }

  /// A Python program that runs another on a terminal: its arguments are what a question there has in it, the
  /// answer that is typed, and the program.
  static let terminal = """
    import os, pty, sys
    prompt, answer = sys.argv[1].encode(), sys.argv[2].encode() + b"\\n"
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(sys.argv[3], sys.argv[3:])
    seen = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        if not piece:
            break
        os.write(1, piece)
        seen += piece
        if prompt in seen and seen.rstrip().endswith(b":"):
            os.write(terminal, answer)
            seen = b""
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

    """

  func write(_ text: String, to path: String) throws {
    let file = folder.pushing(FilePath(path))
    mkdir(file.removingLastComponent().string, 0o700)
    try writeFile(file, Array(text.utf8))
    chmod(file.string, 0o600)
  }
}

extension LoopbackSSHD {
  /// What stands in the home of its users, by path, without what programs put there for themselves.
  func left() async throws -> String {
    try await run("find", [home.string, "-mindepth", "1", "-printf", "%P\\n"]).text
  }
}
