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
