import Support
import SystemPackage
import Testing

@testable import Clusters

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Real nodes: bubblewrap, sshd and the stock ssh client.
@Suite struct LocalProviderTests {
  @Test func `two nodes come up as two fresh machines`() async throws {
    try await LocalBench.run { bench in
      let nodes = try await bench.provider.up(bench.spec(nodes: 2))
      #expect(nodes.map(\.rank) == [0, 1])
      #expect(Set(nodes.map(\.hostname)).count == 2)
      #expect(Set(nodes.flatMap(\.hostKeys)).count == 2)
      #expect(try await bench.say(nodes[0], "hostname") == "dev")
      #expect(try await bench.say(nodes[1], "hostname") == "dev-worker1")
      #expect(
        try await bench.say(nodes[0], "whoami; pwd; ls -A") == "\(nodes[0].user)\n\(homeFolder())")
      #expect(try await bench.say(nodes[0], "umask") == "0022")
      #expect(
        try await bench.say(nodes[0], "getent hosts dev-worker1 | cut -d' ' -f1")
          == nodes[1].internalIP)
      #expect(try await bench.say(nodes[0], "mkdir -p /remote/data && echo made") == "made")
      #expect(try await bench.say(nodes[1], "ls /remote 2>&1 | wc -l; ls -A /tmp") == "1")
      // Its own processes only: sshd is the first.
      #expect(try await bench.say(nodes[0], "cat /proc/1/comm") == "sshd")
      #expect(
        try await bench.provider.nodes(of: bench.spec(nodes: 3)).map(\.state) == [.up, .up, .gone])
    }
  }

  @Test func `a terminal, many sessions and file copies work`() async throws {
    try await LocalBench.run { bench in
      let node = try await bench.provider.up(bench.spec())[0]
      let config = try bench.config(node).string
      #expect(try await bench.ssh(node, "exit 7").status == 7)
      let terminal = try await run("ssh", ["-F", config, "-tt", "node", "test -t 1 && tty"])
      #expect(terminal.text.hasPrefix("/dev/pts/"))
      for (program, options) in [("scp", ["-F", config]), ("rsync", ["-e", "ssh -F \(config)"])] {
        let sent = try await run(program, options + [config, "node:from-\(program)"])
        #expect(sent.status == 0, "\(sent.errorText)")
        let here = LocalFiles.read(FilePath(config))
        #expect(try await bench.ssh(node, "cat from-\(program)").text == here)
      }
    }
  }

  @Test func `a node belongs to nobody who started it`() async throws {
    try await LocalBench.run { bench in
      _ = try await bench.provider.up(bench.spec())
      let processes = bench.processes(0)
      #expect(processes.count == 2)
      for process in processes {
        #expect(process.parent != getpid())
        #expect(getsid(process.pid) != getsid(0))
      }
      let inside = try #require(bench.firstProcess(0))
      let open = FolderListing.names(in: FilePath("/proc/\(inside.pid)/fd")).compactMap { Int($0) }
      #expect(open.filter { $0 < 3 }.sorted() == [0, 1, 2])
      let node = try await bench.provider.up(bench.spec())[0]
      let blocked = try await bench.say(node, "grep SigBlk /proc/self/status")
      #expect(blocked == "SigBlk:\t0000000000000000")
    }
  }

  @Test func `up again changes nothing`() async throws {
    try await LocalBench.run { bench in
      let first = try await bench.provider.up(bench.spec(nodes: 2))
      let before = bench.processes(0) + bench.processes(1)
      let second = try await bench.provider.up(bench.spec(nodes: 2))
      #expect(first == second)
      #expect(before.map(\.pid) == (bench.processes(0) + bench.processes(1)).map(\.pid))
    }
  }

  @Test func `a killed node is seen, and comes back with its files, address and key`() async throws
  {
    try await LocalBench.run { bench in
      let spec = bench.spec(nodes: 2)
      let first = try await bench.provider.up(spec)
      _ = try await bench.say(first[1], "echo kept > ~/file; touch /run/old")
      let inside = try #require(bench.firstProcess(1))
      inside.send(SIGKILL)
      try await until { bench.processes(1).isEmpty }
      #expect(try await bench.provider.nodes(of: spec).map(\.state) == [.up, .stopped])
      #expect(try await bench.provider.up(spec) == first)
      #expect(try await bench.say(first[1], "cat ~/file; ls /run") == "kept\nsky\nsshd")
    }
  }

  @Test func `stop ends every process and keeps the files`() async throws {
    try await LocalBench.run { bench in
      let spec = bench.spec(nodes: 2)
      let nodes = try await bench.provider.up(spec)
      _ = try await bench.say(
        nodes[0], "echo kept > ~/file; setsid sleep 1000 </dev/null >/dev/null 2>&1 &")
      #expect(bench.processes(0).count > 2)
      try await bench.provider.stop(spec)
      #expect(bench.processes(0).isEmpty && bench.processes(1).isEmpty)
      #expect(try await bench.provider.nodes(of: spec).map(\.state) == [.stopped, .stopped])
      try await bench.provider.stop(spec)
      #expect(try await bench.provider.up(spec) == nodes)
      #expect(try await bench.say(nodes[0], "cat ~/file") == "kept")
    }
  }

  @Test func `down leaves no process and no folder`() async throws {
    try await LocalBench.run { bench in
      let nodes = try await bench.provider.up(bench.spec(nodes: 2))
      _ = try await bench.say(nodes[1], "mkdir -p ~/a/b; touch ~/a/b/c; chmod 0 ~/a/b ~/a")
      // One node fewer than there is: the other goes as well.
      try await bench.provider.down(bench.spec(nodes: 1))
      #expect(bench.processes(0).isEmpty && bench.processes(1).isEmpty)
      #expect(FolderListing.names(in: bench.home.nodes) == [])
      #expect(nodes.allSatisfy { NodeAddress(host: $0.hostname, port: $0.port).isFree() })
      #expect(try await bench.provider.nodes(of: bench.spec()).map(\.state) == [.gone])
      try await bench.provider.down(bench.spec())
    }
  }

  @Test func `down finds the processes of a folder that was removed by hand`() async throws {
    try await LocalBench.run { bench in
      _ = try await bench.provider.up(bench.spec())
      _ = try await run("rm", ["-rf", bench.home.nodes.string])
      #expect(bench.processes(0).count == 2)
      try await bench.provider.down(bench.spec())
      #expect(bench.processes(0).isEmpty)
    }
  }

  @Test(arguments: [
    "run/host_key", "run/host_key.pub", "address", "root/tmp", "etc", "run", "root",
  ])
  func `a half-made node is finished`(missing part: String) async throws {
    try await LocalBench.run { bench in
      _ = try await bench.provider.up(bench.spec())
      try await bench.provider.stop(bench.spec())
      let path = bench.nodeFolder(0).path.appending(part)
      _ = try await run("rm", ["-rf", path.string])
      // As a crash leaves it: the new file was begun, and not put in place.
      try LocalFiles.makeFolder(path.removingLastComponent(), mode: 0o755)
      try LocalFiles.write("half", to: FilePath(path.string + ".new"), mode: 0o600)
      let node = try await bench.provider.up(bench.spec())[0]
      #expect(try await bench.say(node, "hostname") == "dev")
    }
  }

  @Test func `clusters of one home and of two do not meet`() async throws {
    try await LocalBench.run(clusters: ["dev", "prod"]) { first in
      try await LocalBench.run { second in
        async let one = first.provider.up(first.spec("dev", nodes: 2))
        async let two = first.provider.up(first.spec("prod", nodes: 2))
        async let three = second.provider.up(second.spec("dev", nodes: 2))
        let nodes = [try await one, try await two, try await three].flatMap(\.self)
        #expect(Set(nodes.map { "\($0.hostname):\($0.port)" }).count == 6)
        #expect(try await first.say(nodes[3], "hostname") == "prod-worker1")
        try await first.provider.down(first.spec("dev"))
        #expect(try await second.say(nodes[4], "hostname") == "dev")
        #expect(
          try await first.provider.nodes(of: first.spec("prod", nodes: 2)).map(\.state)
            == [.up, .up])
      }
    }
  }

  @Test func `two at once bring up one cluster`() async throws {
    try await LocalBench.run { bench in
      async let one = bench.provider.up(bench.spec(nodes: 2))
      async let two = bench.provider.up(bench.spec(nodes: 2))
      let (first, second) = (try await one, try await two)
      #expect(first == second)
      #expect((bench.processes(0) + bench.processes(1)).count == 4)
    }
  }

  @Test(arguments: [1, 20, 60, 150])
  func `up that was interrupted is finished by the next one`(after ms: Int) async throws {
    try await LocalBench.run { bench in
      let spec = bench.spec(nodes: 3)
      let work = Task { try await bench.provider.up(spec) }
      try await Task.sleep(for: .milliseconds(ms))
      work.cancel()
      _ = await work.result
      let nodes = try await bench.provider.up(spec)
      #expect(try await bench.say(nodes[2], "hostname") == "dev-worker2")
    }
  }

  @Test func `a taken address is an error that names it`() async throws {
    try await LocalBench.run { bench in
      let node = try await bench.provider.up(bench.spec())[0]
      try await bench.provider.stop(bench.spec())
      let address = NodeAddress(host: node.hostname, port: node.port)
      let socket = try #require(NodeAddress.openSocket())
      defer { close(socket) }
      #expect(address.withAddress { bind(socket, $0, $1) } == 0)
      #expect(listen(socket, 1) == 0)
      let error = await #expect(throws: ProviderError.self) {
        try await bench.provider.up(bench.spec())
      }
      #expect(error?.code == .addressTaken)
      #expect(error?.reason.contains("\(node.hostname):\(node.port)") == true)
    }
  }

  @Test func `what is missing is named with its package`() async throws {
    try await LocalBench.run { bench in
      #expect(await bench.provider.missing() == nil)
      let empty = LocalProvider(home: bench.home, searchPath: [bench.folder])
      let error = await empty.missing()
      #expect(error?.code == .unavailable && error?.subject == "bwrap")
      #expect(error?.advice == "sudo apt-get install bubblewrap")
    }
  }
}

/// Waits for what has to come; what has not in two minutes fails the test.
func until(_ condition: () async throws -> Bool) async throws {
  for _ in 0..<12_000 {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(10))
  }
  throw DidNotCome()
}

struct DidNotCome: Error {}

private func homeFolder() -> String {
  guard let entry = getpwuid(getuid()) else { return "" }
  return String(cString: entry.pointee.pw_dir)
}
