import SkySync
import Support
import SystemPackage
import Testing

@testable import Clusters

@Suite(.timeLimit(.minutes(20))) struct JobFaultTests {
  /// - Parameter isLong: so long that the way is forgotten in between: what was open is reset, and another
  ///   connection made.
  @Test(arguments: [false, true])
  func `a network that is cut and comes back loses and repeats no line`(isLong: Bool) async throws {
    try await withLoopbackSSHD { server in
      try await withDelayProxy(to: server) { proxy in
        let connection = try await SSHConnection.open(
          server.host(through: proxy.address, proxy.port))
        let first = RankedHost(rank: 0, host: connection)
        let job = JobSpec(
          reference: JobReference(cluster: "dev", id: 1), taskID: "cut-\(proxy.port)",
          infra: "local", setup: nil,
          run: "for n in $(seq 300); do echo line $n; sleep 0.02; done", nodeIPs: ["127.0.0.1"])
        try await JobLauncher.start(job, on: [first])
        let shown = Shown()
        let reopened = Counter()
        let watch = Task {
          try await JobWatch(
            job.reference, on: [first],
            reopen: { _ throws(SyncError) in
              reopened.increase()
              return try await SSHConnection.open(server.host)
            }, output: { _, bytes, _ in shown.add(bytes) }
          ).run()
        }
        try await until { shown.text.contains("line 20\n") }
        proxy.pause(true)
        try await Task.sleep(for: .seconds(2))
        if isLong { proxy.stop() } else { proxy.pause(false) }
        let verdict = try await watch.value
        #expect(verdict.state == .succeeded)
        #expect(shown.text == (1...300).map { "line \($0)\n" }.joined())
        #expect((reopened.value > 0) == isLong)
        await connection.close()
      }
    }
  }

  /// Each of them leaves the others of the follower alive, and the connection open.
  @Test(arguments: ["shell", "tail", "watcher"])
  func `a follower that is killed in part is noticed and begins anew`(part: String) async throws {
    try await JobBench.run { bench in
      let job = bench.spec("echo one; until [ -e $HOME/go ]; do sleep 0.05; done; echo two")
      try await bench.start(job)
      let shown = Shown()
      let reopened = Counter()
      let watch = Task {
        try await JobWatch(
          job.reference, on: bench.nodes, asking: .seconds(1),
          reopen: { rank throws(SyncError) in
            reopened.increase()
            return bench.nodes[rank].host
          }, output: { _, bytes, _ in shown.add(bytes) }
        ).run()
      }
      try await until { shown.text == "one\n" }
      let killed = try await run(
        "sh",
        [
          "-c",
          """
          tail=$(pgrep -f "^tail -c .* -f $1/.sky_node/jobs/dev/1/0/run.log")
          shell=$(ps -o ppid= -p "$tail" | tr -d ' ')
          for watcher in $(pgrep -P "$shell"); do [ "$watcher" = "$tail" ] || break; done
          eval "kill -9 \\$$2"
          """, "sh", bench.home().string, part,
        ])
      #expect(killed.status == 0, "\(killed.errorText)")
      try await until { reopened.value > 0 }
      try writeFile(bench.home().appending("go"), [])
      let verdict = try await watch.value
      #expect(verdict.state == .succeeded)
      #expect(shown.text == "one\ntwo\n")
    }
  }

  @Test func `a node whose clock is an hour ahead ends jobs in our time and is synced as others`()
    async throws
  {
    try await JobBench.run { bench in
      let programs = bench.home().appending("bin")
      try LocalFiles.makeFolder(programs, mode: 0o755)
      try LocalFiles.write(
        """
        #!/bin/sh
        [ "$*" = +%s ] && exec /bin/date -d '1 hour' +%s
        exec /bin/date "$@"

        """, to: programs.appending("date"), mode: 0o755)
      var bench = bench
      bench.nodes[0].host = ProgramHost(
        name: "n0", program: ["/bin/sh", "-c"],
        environment: ["HOME=\(bench.home())", "PATH=\(programs):/usr/bin:/bin:/usr/sbin:/sbin"])
      let before = Timestamp.now().seconds
      _ = try await bench.attached(bench.spec("true"))
      let now = await JobTable.overview(cluster: "dev", on: bench.nodes)
      let status = try #require(now.jobs[1]?.first)
      let times = [status.startedAt, status.ending?.at].compactMap(\.self)
      #expect(times.count == 2)
      for time in times { #expect((before - 5...Timestamp.now().seconds + 5).contains(time)) }

      let source = bench.folder.appending("source")
      try LocalFiles.makeFolder(source, mode: 0o755)
      try writeFile(source.appending("file"), Array("one".utf8))
      let pair = SyncPair(source: source, target: Array("~/sky_workdir".utf8)) {
        () async throws(SyncError) in try await scan(source).tree
      }
      #expect(try await Push.run([pair], to: bench.host).filesSent == 1)
      #expect(try await Push.run([pair], to: bench.host).filesSent == 0)
      try writeFile(source.appending("file"), Array("two".utf8))
      #expect(try await Push.run([pair], to: bench.host).filesSent == 1)
      #expect(LocalFiles.read(bench.home().appending("sky_workdir/file")) == "two")
    }
  }
}
