import Support
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Machines of one's own on loopback addresses, with the real program and real sshds.
@Suite(.timeLimit(.minutes(20))) struct PoolTests {
  @Test func `a cluster of a pool is reached by every ssh program, runs jobs and leaves nothing`()
    async throws
  {
    // A name that no other test has: strays are found by the name and the second of their job.
    try await withPool { room, servers in
      let launched = try await room.sky(
        "launch", "-y", "-c", "alone", "--infra", "ssh/mine", "--num-nodes", "2",
        "echo I am $SKYPILOT_NODE_RANK in $PWD; setsid sleep 1000 >/dev/null 2>&1 & echo $! > stray; sleep 0.3"
      )
      try #require(launched.status == 0, "\(launched.errorText)")
      #expect(launched.text.contains("(head, rank=0) I am 0 in \(servers[0].home)/sky_workdir"))
      #expect(launched.text.contains("(worker1, rank=1) I am 1 in"))
      #expect(try await room.good("ssh alone 'echo $HOME'") == "\(servers[0].home)\n")
      #expect(try await room.good("ssh alone-worker1 'echo $HOME'") == "\(servers[1].home)\n")
      try await room.good("echo a file > f && rsync -Pa f alone:/$PWD/g && rm -f g")
      let status = try await room.sky("status", "--json")
      #expect(status.text.contains(#""infra" : "ssh\/mine""#) || status.text.contains("ssh/mine"))
      let stray = String(
        decoding: try readFile(servers[0].home.appending("sky_workdir/stray")), as: UTF8.self)
      let number = try #require(pid_t(stray.dropLast()))
      #expect(kill(number, 0) == 0, "what a job left behind lives on")

      let down = try await room.sky("down", "-y", "alone")
      #expect(down.status == 0, "\(down.errorText)")
      // Dead at once; its entry stays until the system has taken note.
      let state = String(
        decoding: (try? readFile(FilePath("/proc/\(number)/stat"))) ?? [], as: UTF8.self)
      #expect(state.isEmpty || state.contains(") Z "), "a process of the cluster is left: \(state)")
      for server in servers { #expect(try await server.left() == "") }
      #expect(try await room.script("ssh alone true").status == 255)
      #expect(try await room.sky("status", "alone").status == 68)
    }
  }

  @Test func `the user's files stay, a workdir that was there before among them`() async throws {
    try await withPool { room, servers in
      try #require(
        try await run("mkdir", [servers[0].home.appending("sky_workdir").string]).status == 0)
      try writeFile(servers[0].home.appending("sky_workdir/mine"), Array("mine".utf8))
      try writeFile(servers[0].home.appending("also"), Array("mine".utf8))
      try await room.good(
        "sky launch -y -c dev --infra ssh/mine 'echo theirs > made' && sky down -y dev")
      let left = try await servers[0].left().split(separator: "\n").sorted()
      #expect(left == ["also", "sky_workdir", "sky_workdir/made", "sky_workdir/mine"])
    }
  }

  @Test func `what file mounts made goes, what was there before stays`() async throws {
    try await withPool { room, servers in
      let home = servers[0].home
      try await room.good(
        "mkdir -p data && echo 1 > data/one && mkdir -p \(home)/old && echo me > \(home)/old/mine")
      try room.write(
        """
        resources: {infra: ssh/mine}
        file_mounts: {~/new/deep: data, ~/old: data, '~/a b': data}
        run: echo result > ~/new/deep/result && ls ~/old ~/new/deep
        """, to: "mounts.yaml")
      let launched = try await room.sky("launch", "-y", "-c", "dev", "mounts.yaml")
      #expect(
        launched.text.contains("one") && launched.text.contains("mine"), "\(launched.errorText)")
      try await room.good("sky launch -y -c dev mounts.yaml && sky down -y dev")
      let left = try await servers[0].left().split(separator: "\n").sorted()
      #expect(left == ["old", "old/mine", "old/one"])
    }
  }

  @Test func `a machine that takes a password only gets it from the file, and nobody else sees it`()
    async throws
  {
    try await withPasswordServer { server in
      try await withSkyRoom { room in
        let block = [
          "HostName 127.0.0.1", "Port \(server.port)", "UserKnownHostsFile \(server.knownHosts)",
        ]
        try room.write(
          "Host door\n" + block.map { "  \($0)\n" }.joined(), to: ".ssh/config")
        try room.write(
          "mine:\n  user: me\n  password: \(PasswordServer.password)\n  hosts: [door]\n",
          to: room.poolFile)
        let launched = try await room.sky(
          "launch", "-y", "-c", "dev", "--infra", "ssh/mine",
          "echo in $HOME")
        #expect(launched.status == 0, "\(launched.errorText)")
        #expect(launched.text.contains("in \(server.home)"), "\(launched.text)")
        let everywhere = try await room.script("grep -rl '\(PasswordServer.password)' .sky .ssh")
        #expect(everywhere.text == "\(room.poolFile)\n", "the password is kept: \(everywhere.text)")
        #expect(!(launched.text + launched.errorText).contains(PasswordServer.password))
        try await room.good("chmod 644 \(room.poolFile)")
        let open = try await room.sky("check")
        #expect(open.text.contains("others can read the passwords"), "\(open.text)")
        try await room.good("chmod 600 \(room.poolFile) && sky down -y dev")
        let left = try await run("find", [server.home.string, "-mindepth", "1"])
        #expect(left.text == "")
      }
    }
  }

  @Test func `machines that share a home are synced once, and leave it clean`() async throws {
    try await withPool { room, servers in
      // Of one home, the second is seen through a link.
      _ = try await run("rm", ["-rf", servers[1].home.string])
      _ = try await run("ln", ["-s", servers[0].home.string, servers[1].home.string])
      try await room.good("mkdir work && echo text > work/f")
      let launched = try await room.sky(
        "launch", "-y", "-c", "dev", "--infra", "ssh/mine", "--num-nodes", "2", "--workdir", "work",
        "cat f")
      #expect(launched.status == 0, "\(launched.errorText)")
      #expect(launched.text.ranges(of: "text").count == 2, "\(launched.text)")
      #expect(!launched.errorText.contains("dev-worker1: 1 sent"), "\(launched.errorText)")
      try await room.good("sky down -y dev")
      #expect(try await servers[0].left() == "")
    }
  }

  @Test func `a machine is given out once, and again when it is back`() async throws {
    try await withPool(count: 3) { room, _ in
      try await room.good("sky launch -y -c one --infra ssh/mine --num-nodes 2 true")
      let second = try await room.sky(
        "launch", "-y", "-c", "two", "--infra", "ssh/mine", "--num-nodes", "2")
      #expect(second.status == 69, "\(second.errorText)")
      #expect(second.errorText.contains("p1: cluster one has it"), "\(second.errorText)")
      #expect(try await room.sky("status", "two").status == 68, "nothing of a refusal is left")
      try await room.good("sky launch -y -c two --infra ssh/mine true")
      try await room.good(
        "sky down -y one && sky launch -y -c three --infra ssh/mine --num-nodes 2 true")
    }
  }

  @Test func `two at once never get the same machine`() async throws {
    try await withPool(count: 4) { room, _ in
      try await room.good(
        """
        for n in a b c d; do sky launch -y -c $n --infra ssh/mine true & p="$p $!"; done
        for one in $p; do wait $one || exit 1; done
        sort .sky/ssh_config | grep -c '^  Port\\|^  HostName' >/dev/null
        """)
      let names = try await room.good(
        "for n in a b c d; do ssh $n 'echo $HOME'; done | sort -u | wc -l")
      #expect(names == "4\n")
    }
  }

  @Test func `what a task asks for is found on the machines, or refused with what they lack`()
    async throws
  {
    let nvidia =
      "#!/bin/sh\necho '81920, NVIDIA A100-SXM4-80GB'\necho '81920, NVIDIA A100-SXM4-80GB'\n"
    try await withScratchFolder { folder in
      // No machine here has a GPU: this one says that it has two.
      try writeFile(folder.appending("nvidia-smi"), Array(nvidia.utf8))
      chmod(folder.appending("nvidia-smi").string, 0o755)
      try await withPool(paths: ["p2": folder.string]) { room, servers in
        try room.write(
          "resources: {infra: ssh/mine, accelerators: 'A100:2'}\nrun: echo on $HOME\n",
          to: "gpu.yaml")
        let launched = try await room.sky("launch", "-y", "-c", "gpu", "gpu.yaml")
        #expect(launched.text.contains("on \(servers[1].home)"), "\(launched.errorText)")
        for (wish, words) in [
          ("cpus: 4000+", "cpus, 4000 are asked for"),
          ("memory: 900000", "GiB of memory, 900000 are asked for"),
          ("accelerators: H100", "p1: has no GPU, H100:1 is asked for"),
        ] {
          try room.write("resources: {infra: ssh/mine, \(wish)}\nrun: echo\n", to: "big.yaml")
          let refused = try await room.sky("launch", "-y", "-c", "big", "big.yaml")
          #expect(refused.status == 69 && refused.errorText.contains(words), "\(refused.errorText)")
        }
      }
    }
  }

  @Test func `a machine that is off is passed over, and named when it is needed`() async throws {
    try await withPool(count: 3) { room, servers in
      servers[0].stop()
      let launched = try await room.sky(
        "launch", "-y", "-c", "dev", "--infra", "ssh/mine", "--num-nodes", "2", "true")
      #expect(launched.status == 0, "\(launched.errorText)")
      #expect(launched.errorText.contains("p1 is passed over"), "\(launched.errorText)")
      let more = try await room.sky("launch", "-y", "-c", "more", "--infra", "ssh/mine", "true")
      #expect(
        more.status == 69 && more.errorText.contains("p1: cannot connect"), "\(more.errorText)")
    }
  }

  @Test func `a pool is neither stopped nor started, and says what to do`() async throws {
    try await withPool { room, _ in
      try await room.good("sky launch -y -c dev --infra ssh/mine true")
      let stop = try await room.sky("stop", "-y", "dev")
      #expect(
        stop.status == 1 && stop.errorText.contains("not sky's to switch off"), "\(stop.errorText)")
      #expect(try await room.sky("exec", "dev", "true").status == 0, "it goes on as it was")
      let start = try await room.sky("start", "-y", "dev")
      #expect(start.status == 0 || start.errorText.contains("switch"), "\(start.errorText)")
    }
  }

  @Test
  func
    `an unknown host key is refused without a terminal, learned with --accept-new, and a changed one never taken`()
    async throws
  {
    try await withPool { room, servers in
      let known = try readFile(servers[0].knownHosts)
      try writeFile(servers[0].knownHosts, [])
      let unknown = try await room.sky("launch", "-y", "-c", "dev", "--infra", "ssh/mine", "true")
      #expect(unknown.status == 76, "\(unknown.errorText)")
      #expect(unknown.errorText.contains("SHA256:"), "\(unknown.errorText)")
      let learned = try await room.sky(
        "launch", "-y", "-c", "dev", "--infra", "ssh/mine", "--accept-new", "true")
      #expect(learned.status == 0, "\(learned.errorText)")
      #expect(try !readFile(servers[0].knownHosts).isEmpty)
      try await room.good("ssh dev true && sky down -y dev")

      let other = try readFile(servers[1].knownHosts)
      let stranger = String(decoding: other, as: UTF8.self).replacing(
        "\(servers[1].address)]:\(servers[1].port)",
        with: "\(servers[0].address)]:\(servers[0].port)")
      try writeFile(servers[0].knownHosts, Array(stranger.utf8))
      let changed = try await room.sky(
        "launch", "-y", "-c", "dev", "--infra", "ssh/mine", "--accept-new", "true")
      #expect(changed.status == 76, "\(changed.errorText)")
      #expect(try await servers[0].left() == "", "something was sent to a stranger")
      try writeFile(servers[0].knownHosts, known)
      try await room.good("sky launch -y -c dev --infra ssh/mine true")
    }
  }

  @Test func `a launch that was killed is finished by the next one, or cleared by down`()
    async throws
  {
    try await withPool { room, servers in
      for moment in ["0.1", "0.3", "0.6", "1.0"] {
        _ = try await room.script(
          "sky launch -y -c dev --infra ssh/mine --num-nodes 2 'sleep 1000' & p=$!; sleep \(moment); kill -9 $p; wait $p"
        )
        if moment != "0.3" {
          let down = try await room.script("sky status dev 2>/dev/null || exit 0; sky down -y dev")
          #expect(down.status == 0, "\(moment): \(down.errorText)")
          for server in servers { #expect(try await server.left() == "", "killed after \(moment)") }
        } else {
          try await room.good(
            "sky launch -y -c dev --infra ssh/mine --num-nodes 2 -d true && ssh dev-worker1 true")
          try await room.good("sky down -y dev")
        }
      }
    }
  }

  @Test func `a cluster whose machine is gone can be let go with --force`() async throws {
    try await withPool { room, servers in
      try await room.good("sky launch -y -c dev --infra ssh/mine true")
      servers[0].stop()
      let down = try await room.sky("down", "-y", "dev")
      #expect(down.status == 69 && down.errorText.contains("--force"), "\(down.errorText)")
      #expect(try await room.sky("status", "dev").status == 0)
      try await room.good("sky down -y --force dev")
      #expect(try await room.sky("status", "dev").status == 68)
    }
  }

  @Test func `check names the pools and what is wrong with their file`() async throws {
    try await withPool { room, _ in
      #expect(try await room.sky("check").text.contains("ssh/mine"))
      try room.write("mine:\n  hosts: [p1]\n  usr: me\n", to: room.poolFile)
      let check = try await room.sky("check")
      #expect(check.text.contains("ssh_node_pools.yaml:3:3"), "\(check.text)")
      #expect(check.text.contains("did you mean `user`"), "\(check.text)")
      let launch = try await room.sky("launch", "-y", "-c", "dev", "--infra", "ssh/mine", "true")
      #expect(launch.status == 65, "\(launch.errorText)")
      try room.write("mine:\n  hosts: [p1]\n", to: room.poolFile)
      let wrong = try await room.sky("launch", "-y", "-c", "dev", "--infra", "ssh/mnie", "true")
      #expect(
        wrong.status == 68 && wrong.errorText.contains("did you mean mine"), "\(wrong.errorText)")
    }
  }
}

/// Runs `body` in a room whose pool `mine` is made of p1, p2 ….
func withPool(
  count: Int = 2, paths: [String: String] = [:],
  _ body: (SkyRoom, [LoopbackSSHD]) async throws -> Void
) async throws {
  try await withScratchFolder { folder in
    var servers: [LoopbackSSHD] = []
    defer { for server in servers { server.stop() } }
    for number in 1...count {
      let name = "p\(number)"
      mkdir(folder.appending(name).string, 0o755)
      var settings = LoopbackSSHD.Settings(name: name)
      settings.path = paths[name] ?? ""
      servers.append(try await LoopbackSSHD.start(in: folder.appending(name), settings))
    }
    let all = servers
    try await withSkyRoom { room in
      try room.knows(all, pool: all.map(\.name))
      try await body(room, all)
    }
  }
}
