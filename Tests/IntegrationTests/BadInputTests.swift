import Support
import SystemPackage
import Testing

/// What goes wrong is said in words and with the exit code that the contract gives it; nothing is left.
@Suite struct BadInputTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    var name: String
    var arguments: [String]
    var status: Int32
    /// Words that the message has to have.
    var says: [String]
    var testDescription: String { name }
  }

  static let mistakes = [
    Mistake(
      name: "an unknown key in a task file", arguments: ["launch", "-c", "x", "typo.yaml"],
      status: 65, says: ["typo.yaml:2:1", "did you mean `workdir`"]),
    Mistake(
      name: "a task file that does not exist", arguments: ["launch", "-c", "x", "nope.yaml"],
      status: 66, says: ["nope.yaml"]),
    Mistake(
      name: "a workdir that does not exist",
      arguments: ["launch", "-c", "x", "--workdir", "nowhere", "true"], status: 66,
      says: ["nowhere", "does not exist"]),
    Mistake(
      name: "a workdir that is a file",
      arguments: ["launch", "-c", "x", "--workdir", "typo.yaml", "true"], status: 66,
      says: ["is not a folder"]),
    Mistake(
      name: "an unknown flag", arguments: ["launch", "--nmu-nodes", "2"], status: 64,
      says: ["--nmu-nodes"]),
    Mistake(
      name: "a cluster that does not exist", arguments: ["exec", "dve", "true"], status: 68,
      says: ["dve"]),
    Mistake(
      name: "an alias that does not exist", arguments: ["hosts", "show", "dve"], status: 68,
      says: ["dve"]),
    Mistake(
      name: "an infra that does not exist",
      arguments: ["launch", "-c", "x", "--infra", "locla", "true"], status: 64,
      says: ["locla", "did you mean"]),
    Mistake(
      name: "a name that the user's own config has",
      arguments: ["launch", "-y", "-c", "mine", "true"], status: 64,
      says: ["mine", ".ssh/config:1"]),
    Mistake(
      name: "a name that ssh could not take", arguments: ["launch", "-y", "-c", "a b", "true"],
      status: 64, says: ["a b"]),
    Mistake(
      name: "a node that is not there", arguments: ["probe", "gone"], status: 69, says: []),
    Mistake(
      name: "a host that nobody knows", arguments: ["push", "typo.yaml", "goone:x"], status: 68,
      says: ["goone"]),
    Mistake(
      name: "a host with a name of its own that nobody knows", arguments: ["probe", "lost"],
      status: 69, says: ["no-such-host.invalid"]),
    Mistake(
      name: "a push of nothing", arguments: ["push", "nowhere", "gone:x"], status: 66,
      says: ["nowhere", "does not exist"]),
  ]

  @Test func `each mistake has its words and its exit code, and leaves nothing behind`()
    async throws
  {
    try await withSkyRoom { room in
      _ = try await room.run(
        "sh",
        [
          "-c",
          """
          mkdir .ssh && printf 'Host mine\\n  HostName 192.0.2.1\\nHost gone\\n  HostName 127.0.0.1\\n  Port 9\\nHost lost\\n  HostName no-such-host.invalid\\n' > .ssh/config
          chmod 600 .ssh/config; printf 'name: t\\nworkdri: .\\n' > typo.yaml
          """,
        ])
      for mistake in Self.mistakes {
        let result = try await room.run(SkyProgram.path.string, mistake.arguments)
        #expect(result.status == mistake.status, "\(mistake.name): \(result.errorText)")
        for words in mistake.says {
          #expect(result.errorText.contains(words), "\(mistake.name): \(result.errorText)")
        }
      }
      let left = try await room.sky("status", "--json")
      #expect(left.text == "[\n\n]\n", "\(left.text)")
    }
  }

  @Test func `another infra or more nodes for a cluster that exists are refused`() async throws {
    try await withSkyRoom { room in
      #expect(try await room.sky("launch", "-y", "-c", "dev").status == 0)
      let more = try await room.sky("launch", "-y", "-c", "dev", "--num-nodes", "3")
      #expect(more.status == 64 && more.errorText.contains("has 1 nodes, 3 are asked for"))
      let worker = try await room.sky("launch", "-y", "-c", "dev-worker1")
      #expect(worker.status == 0, "one node of dev leaves the name free: \(worker.errorText)")
      let clash = try await room.sky("launch", "-y", "-c", "dev2", "--num-nodes", "2")
      #expect(clash.status == 0)
      let taken = try await room.sky("launch", "-y", "-c", "dev2-worker1")
      #expect(taken.status == 64 && taken.errorText.contains("dev2"), "\(taken.errorText)")
    }
  }

  @Test func `a dry run says what would be done and does nothing`() async throws {
    try await withSkyRoom { room in
      _ = try await room.run("sh", ["-c", "mkdir work && echo x > work/a && echo y > work/b"])
      let plan = try await room.sky(
        "launch", "--dryrun", "-c", "dev", "--num-nodes", "2", "--workdir", "work", "true")
      #expect(plan.status == 0, "\(plan.errorText)")
      let expected = """
        create cluster dev on local: dev, dev-worker1
        sync \(room.home)/work to ~/sky_workdir: 2 files, 4 bytes
        run the task on all nodes

        """
      #expect(plan.text == expected)
      let left = try await room.run(
        "sh", ["-c", "ls -A .ssh .sky/nodes .sky/keys 2>/dev/null; true"])
      #expect(left.text == "", "\(left.text)")
    }
  }

  @Test func `a launch that is interrupted or killed is finished by the next, or taken down`()
    async throws
  {
    try await withSkyRoom { room in
      for signal in ["INT", "KILL"] {
        for delay in ["0.05", "0.15", "0.3", "0.6"] {
          _ = try await room.run(
            "sh",
            [
              "-c",
              """
              "$0" launch -y -c part --num-nodes 2 'sleep 30' >/dev/null 2>&1 & p=$!
              sleep \(delay); kill -\(signal) $p; wait $p
              """, SkyProgram.path.string,
            ])
          let again = try await room.sky(
            "launch", "-y", "-c", "part", "--num-nodes", "2", "hostname")
          #expect(again.status == 0, "\(signal) after \(delay): \(again.errorText)")
          #expect(again.text.contains("(worker1, rank=1) part-worker1"))
          _ = try await room.sky("cancel", "-a", "part")
        }
        let down = try await room.sky("down", "-y", "part")
        #expect(down.status == 0, "\(down.errorText)")
        let left = try await room.run("sh", ["-c", "ls -A .sky/nodes"])
        #expect(left.text == "", "\(left.text)")
      }
    }
  }
}
