import Support
import SystemPackage
import Testing

/// A network that is cut for so long that every connection through it is given up.
@Suite(
  .enabled(if: NodeNetwork.missing == nil, "\(NodeNetwork.missing ?? "")"),
  .timeLimit(.minutes(20)))
struct CutNetworkTests {
  @Test func `a network that is cut for 30 s loses and repeats no line of a job that goes on`()
    async throws
  {
    try await withNodeNetwork(machines: ["bastion", "n1"]) { network in
      try await withSkyRoom(network: network.laptop) { room in
        let bastion = try network["bastion"]
        let patience = ["ServerAliveInterval 4", "ServerAliveCountMax 2", "ConnectTimeout 5"]
        try room.knows(
          [bastion, network["n1"]],
          lines: ["bastion": patience, "n1": patience + ["ProxyJump bastion"]], pool: ["n1"])
        async let launched = room.script(
          """
          sky launch -y -c dev --infra ssh/mine \\
            'for n in $(seq 500); do echo line $n; sleep 0.1; done' >out 2>err
          """)
        let output = room.folder.appending("out")
        let begins = try await comes("line 20\n", in: output)
        let first = try text(room.folder.appending("err"))
        try #require(begins, "\(first)")
        try await link(of: bastion, "down")
        try await Task.sleep(for: .seconds(30))
        let meanwhile = try text(output)
        try await link(of: bastion, "up")
        let status = try await launched.status
        let errors = try text(room.folder.appending("err"))
        #expect(status == 0, "\(errors)")
        #expect(!meanwhile.contains("line 300\n"), "the network was not cut")
        #expect(errors.contains("dev: the connection broke; reconnecting"), "\(errors)")
        let all = (1...500).map { "line \($0)\n" }.joined()
        #expect(try text(output) == all)
        #expect(try text(room.folder.appending(".sky/logs/dev/1/rank-0.log")) == all)
      }
    }
  }

  /// The far end goes: what is sent vanishes without a word.
  private func link(of machine: LoopbackSSHD, _ state: String) async throws {
    let holder = try #require(machine.settings.place?.holder)
    let result = try await run(
      "nsenter", ["--net=/proc/\(holder)/ns/net", "--", "ip", "link", "set", "back", state])
    try #require(result.status == 0, "\(result.errorText)")
  }

  private func comes(_ words: String, in file: FilePath) async throws -> Bool {
    for _ in 0..<1200 {
      if try text(file).contains(words) { return true }
      try await Task.sleep(for: .seconds(0.1))
    }
    return false
  }

  private func text(_ file: FilePath) throws -> String {
    String(decoding: (try? readFile(file)) ?? [], as: UTF8.self)
  }
}
