import Support
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The main job with the real program, real nodes, real git and rsync.
@Suite struct LaunchTests {
  @Test
  func `a git checkout arrives on every node as git would list it, and an edit alone follows`()
    async throws
  {
    try await withSkyRoom { room in
      try await makeCheckout(room)
      let launched = try await room.sky(
        "launch", "-y", "-c", "dev", "--num-nodes", "2", "--workdir", "project",
        "python3 -c 'import sys; sys.exit(0)'")
      try #require(launched.status == 0, "\(launched.errorText)")
      try await expectEqual(room)

      _ = try await room.run(
        "sh", ["-c", "cd project && echo edit >> src/m1/f1.py && chmod 755 src/m2/f2.py"])
      let again = try await room.sky("exec", "dev", "--workdir", "project", "true")
      #expect(again.status == 0, "\(again.errorText)")
      #expect(again.errorText.contains("dev: 1 sent"), "\(again.errorText)")
      #expect(again.errorText.contains("dev-worker1: 1 sent"), "\(again.errorText)")
      try await expectEqual(room)

      _ = try await room.run(
        "sh", ["-c", "cd project && rm -r src/m3 && ssh dev touch sky_workdir/made-there"])
      let third = try await room.sky("exec", "dev", "--workdir", "project", "test -e made-there")
      #expect(third.errorText.contains("dev-worker1 failed"), "\(third.errorText)")
      let left = try await room.run(
        "ssh", ["dev", "ls sky_workdir/src; ls sky_workdir/made-there"])
      #expect(!left.text.contains("m3\n"), "what is gone here goes there")
      #expect(left.text.contains("made-there"), "what was made there stays")
    }
  }

  @Test func `the user's exit code, environment and output come back from all ranks`() async throws
  {
    try await withSkyRoom { room in
      let launched = try await room.sky(
        "launch", "-y", "-c", "env", "--num-nodes", "2", "--env", "GREETING=hi there",
        "--secret", "TOKEN=hidden-value",
        """
        echo "$GREETING from $SKYPILOT_NODE_RANK of $SKYPILOT_NUM_NODES"
        echo "$SKYPILOT_NODE_IPS" | wc -l; test "$TOKEN" = hidden-value && pwd
        exit $((SKYPILOT_NODE_RANK + 41))
        """)
      #expect(launched.text.contains("(head, rank=0) hi there from 0 of 2"))
      #expect(launched.text.contains("(worker1, rank=1) hi there from 1 of 2"))
      #expect(launched.text.contains("(head, rank=0) 2"))
      #expect(launched.text.contains("sky_workdir"))
      #expect([41, 42].contains(launched.status), "\(launched.errorText)")
      let everywhere = try await room.run(
        "sh", ["-c", "grep -rl hidden-value .sky/state.db .sky/logs"])
      #expect(everywhere.text == "", "a secret is stored: \(everywhere.text)")
      let queue = try await room.sky("queue", "env", "--json")
      #expect(queue.text.contains(#""state" : "FAILED""#))
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root's commands see into the nodes of others' rooms"))
  func `stop keeps files, start brings them back, a dead node is seen, down leaves nothing`()
    async throws
  {
    try await withSkyRoom { room in
      _ = try await room.run(
        "sh",
        [
          "-c",
          "mkdir -p .ssh && printf 'Host mine\\n  User me\\n' > .ssh/config && chmod 600 .ssh/config && cp .ssh/config before",
        ])
      let launched = try await room.sky("launch", "-y", "-c", "life", "--num-nodes", "2")
      try #require(launched.status == 0, "\(launched.errorText)")
      _ = try await room.run("ssh", ["life-worker1", "echo kept > file"])
      #expect(try await room.sky("stop", "-y", "life").status == 0)
      #expect(try await room.run("ssh", ["-o", "ConnectTimeout=3", "life", "true"]).status == 255)
      #expect(try await room.sky("start", "-y", "life").status == 0)
      #expect(try await room.run("ssh", ["life-worker1", "cat file"]).text == "kept\n")

      try await killNode(room, "life-worker1")
      let now = try await room.sky("status", "-r", "life", "--json")
      #expect(now.text.contains(#""state" : "INIT""#), "\(now.text)\(now.errorText)")
      #expect(now.errorText.contains("life-worker1 is stopped"), "\(now.errorText)")
      #expect(try await room.sky("start", "-y", "life").status == 0)
      #expect(try await room.run("ssh", ["life-worker1", "cat file"]).text == "kept\n")

      // The node's first process is its sshd; without it the node is gone.
      let killed = try await room.run(
        "sh", ["-c", "ssh life-worker1 'kill -9 1' ; sleep 1; true"])
      #expect(killed.status == 0)
      let status = try await room.sky("status", "-r", "life", "--json")
      if !status.text.contains("INIT") {
        // pid 1 of a namespace cannot always be killed from inside.
        try await killNode(room, "life-worker1")
        let now = try await room.sky("status", "-r", "life", "--json")
        #expect(now.text.contains(#""state" : "INIT""#), "\(now.text)\(now.errorText)")
      }
      #expect(try await room.sky("start", "-y", "life").status == 0)
      #expect(try await room.run("ssh", ["life-worker1", "cat file"]).text == "kept\n")

      let down = try await room.sky("down", "-y", "life")
      #expect(down.status == 0, "\(down.errorText)")
      let left = try await room.run(
        "sh",
        [
          "-c",
          "ls -A .sky/nodes .sky/keys .sky/s; cat .sky/known_hosts; grep -c '^Host' .sky/ssh_config",
        ])
      #expect(left.text.contains("life") == false, "\(left.text)")
      #expect(try await room.sky("hosts", "uninstall").status == 0)
      #expect(try await room.run("cmp", ["before", ".ssh/config"]).status == 0)
    }
  }

  /// Ends the node's first process, and all others by it.
  private func killNode(_ room: SkyRoom, _ alias: String) async throws {
    let killed = try await room.run(
      "sh",
      [
        "-c",
        """
        ssh \(alias) kill 1
        for turn in $(seq 100); do
          ssh -o ConnectTimeout=1 \(alias) true 2>/dev/null || exit 0
          sleep 0.1
        done
        exit 1
        """,
      ])
    try #require(killed.status == 0, "\(killed.errorText)")
  }

  private func makeCheckout(_ room: SkyRoom) async throws {
    let made = try await room.run(
      "sh",
      [
        "-c",
        """
        mkdir project && cd project && git init -q . &&
        for m in 1 2 3 4 5 6 7 8 9 10; do
          mkdir -p src/m$m && for f in $(seq 1 120); do echo "module $m file $f" > src/m$m/f$f.py; done
        done
        printf 'build/\\n*.log\\n!keep.log\\n/top-only\\n' > .gitignore
        printf '*.tmp\\n' > src/m1/.gitignore
        mkdir build src/empty && echo x > build/out.o && echo x > a.log && echo x > keep.log
        echo x > top-only && echo x > src/top-only && echo x > src/m1/a.tmp
        ln -s m1/f1.py src/link && ln -s /nowhere src/dangling && chmod 755 src/m1/f3.py
        printf 'x' > 'src/with space' && printf x > "src/quote'\\"q" && printf x > 'src/-dash'
        touch "$(printf 'src/new\\nline')" && touch -d 2001-02-03 src/m1/f9.py && chmod 600 src/m1/f10.py
        git add -A . && git -c user.name=t -c user.email=t@example.org commit -qm all
        """,
      ])
    try #require(made.status == 0, "\(made.errorText)")
  }

  /// rsync finds no difference between what git does not ignore here and all that is there.
  private func expectEqual(_ room: SkyRoom) async throws {
    for node in ["dev", "dev-worker1"] {
      let difference = try await room.run(
        "rsync",
        [
          "-ani", "--checksum", "--delete", "--exclude=/build", "--exclude=*.tmp",
          "--exclude=a.log", "--exclude=/top-only", "project/", "\(node):sky_workdir/",
        ])
      #expect(difference.status == 0, "\(difference.errorText)")
      #expect(difference.text == "", "\(node): \(difference.text)")
      let ignored = try await room.run(
        "ssh", [node, "cd sky_workdir && ls build a.log top-only src/m1/a.tmp 2>/dev/null; true"])
      #expect(ignored.text == "", "ignored files arrived: \(ignored.text)")
    }
  }
}
