import Foundation
import Support
import SystemPackage
import Testing

/// Aliases of real hosts: who they are, whether they answer, and what is said when they do not.
@Suite struct HostsTrustTests {
  @Test
  func `a changed host key is refused by sky and by plain ssh, and every refusal has its code`()
    async throws
  {
    try await withLoopbackSSHD { sshd in
      try await withSkyRoom(hasNodes: false) { room in
        let place = "\(currentUserName())@\(sshd.address):\(sshd.port)"
        let right = "-i \(sshd.userKey) --host-key \(sshd.folder)/host_ed25519.pub"
        try await room.good(
          """
          ssh-keygen -q -t ed25519 -N '' -f other; cat \(sshd.folder)/host_*.pub > both
          sky hosts add right \(place) \(right)
          sky hosts add both \(place) -i \(sshd.userKey) --host-key both
          sky hosts add learned \(place) -i \(sshd.userKey) --accept-new
          sky hosts add changed \(place) -i \(sshd.userKey) --host-key other.pub
          sky hosts add stranger \(place) -i other --host-key \(sshd.folder)/host_ed25519.pub
          sky hosts add gone \(sshd.address):9 \(right)
          sky hosts add through \(place) \(right) -J right
          """)
        try await room.expect([
          "for h in right both learned through; do ssh $h true && sky probe $h || exit 1; done",
          ScriptStep("sky probe changed", status: 76, complains: ["changed", "host key"]),
          ScriptStep(
            "ssh changed touch here", status: 255, complains: ["Host key verification failed"]),
          ScriptStep("sky push other changed:x", status: 76),
          ScriptStep("sky pull changed:.profile back", status: 76, complains: ["host key"]),
          ScriptStep("test ! -e \(sshd.home)/x && test ! -e \(sshd.home)/here && test ! -e back"),
          ScriptStep("sky probe stranger", status: 77, complains: ["stranger", "other"]),
          ScriptStep("ssh -o BatchMode=yes stranger true", status: 255),
          ScriptStep(
            "sky probe gone", status: 69, complains: ["gone", sshd.address, "port 9"]),
          // The key that was learned at the first connection is pinned from then on.
          "sed -i \"s|^sky.learned .*|sky.learned $(cut -d' ' -f1,2 other.pub)|\" .sky/known_hosts",
          ScriptStep("sky probe learned", status: 76),
          ScriptStep("ssh learned true", status: 255),
        ])
        try await expectProbed(
          room,
          [
            "both": "reachable", "changed": "host key", "gone": "refused", "learned": "host key",
            "right": "reachable", "stranger": "refused by the server", "through": "reachable",
          ])
      }
    }
  }

  @Test func `without a key on the command line a person is shown the fingerprint and asked`()
    async throws
  {
    try await withLoopbackSSHD { sshd in
      try await withSkyRoom(hasNodes: false) { room in
        let add = """
          sky hosts add box \(currentUserName())@\(sshd.address):\(sshd.port) -i \(sshd.userKey)
          """
        // script(1) gives it a terminal.
        let refused = try await room.script(
          "echo n | script -qec \"$1\" /dev/null", [add])
        let print = try await room.good("ssh-keygen -lf \(sshd.folder)/host_ed25519.pub")
        let fingerprint = try #require(print.split(separator: " ").dropFirst().first)
        #expect(refused.status == 1 && refused.text.contains(fingerprint), "\(refused.text)")
        #expect(refused.text.contains("was not added"))
        try await room.expect([
          ScriptStep("sky hosts show box", status: 68),
          ScriptStep(
            "printf 'y\\ny\\n' | script -qec '\(add)' /dev/null", says: ["Are these the keys"]),
          "ssh -o BatchMode=yes box true",
          ScriptStep("ssh -G box | grep -x 'stricthostkeychecking true'"),
        ])
      }
    }
  }

  @Test func `nodes of a cluster are listed by rank, probed, and pruned when it is gone`()
    async throws
  {
    try await withSkyRoom(hasNodes: false) { room in
      let launched = try await room.sky("launch", "-y", "-c", "dev", "--num-nodes", "3")
      try #require(launched.status == 0, "\(launched.errorText)")
      try await room.good("sky hosts add web \(currentUserName())@127.0.0.1:9 --accept-new")
      let text = try await room.good("sky hosts list --json")
      let list = try #require(
        try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
      #expect(
        list.map { $0["alias"] as? String } == ["web", "dev", "dev-worker1", "dev-worker2"])
      #expect(
        list.dropFirst().map { $0["role"] as? String } == ["head", "worker", "worker"])
      #expect(list.dropFirst().map { $0["rank"] as? Int } == [0, 1, 2])
      #expect(list.dropFirst().allSatisfy { $0["state"] as? String == "UP" })
      #expect(list.dropFirst().allSatisfy { $0["infra"] as? String == "local" })
      try await expectProbed(
        room,
        [
          "dev": "reachable", "dev-worker1": "reachable", "dev-worker2": "reachable",
          "web": "refused",
        ])
      try await room.expect([
        ScriptStep("sky hosts remove dev", status: 64, complains: ["sky down dev"]),
        ScriptStep("sky hosts rename dev-worker1 x", status: 64, complains: ["cluster dev"]),
        ScriptStep(
          "sky hosts add dev-worker2 h --accept-new", status: 64,
          complains: ["dev-worker2", "cluster dev"]),
        ScriptStep("sky hosts prune", prints: ""),
        // The book of a backup that is older than `down`.
        "cp .sky/ssh_config book && sky down -y dev && cp book .sky/ssh_config",
        ScriptStep("sky hosts doctor", status: 1, says: ["[cluster-gone]"]),
        ScriptStep(
          "sky hosts prune --dry-run", prints: "alias dev\nalias dev-worker1\nalias dev-worker2\n"),
        ScriptStep("sky hosts prune", says: ["alias dev-worker2"]),
        ScriptStep("sky hosts list | cut -d' ' -f1", prints: "ALIAS\nweb\n"),
      ])
    }
  }

  /// What STATE and "state" begin with, or hold, for each alias; the document keeps its keys.
  private func expectProbed(_ room: SkyRoom, _ states: [String: String]) async throws {
    let plain = try await room.good("sky hosts list --json")
    let text = try await room.good("sky hosts list --json --probe")
    let before = try #require(
      try JSONSerialization.jsonObject(with: Data(plain.utf8)) as? [[String: Any]])
    let after = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    #expect(before.map { Set($0.keys) } == after.map { Set($0.keys) })
    let table = try await room.good("sky hosts list --probe").split(separator: "\n")
    #expect(table.count == after.count + 1)
    for (host, row) in zip(after, table.dropFirst()) {
      let alias = try #require(host["alias"] as? String)
      let state = try #require(host["state"] as? String)
      let wanted = try #require(states[alias])
      #expect(state.lowercased().contains(wanted), "\(alias): \(state)")
      #expect(row.hasPrefix(alias) && row.lowercased().contains(wanted), "\(row)")
      #expect(wanted != "reachable" || state == wanted)
    }
  }
}
