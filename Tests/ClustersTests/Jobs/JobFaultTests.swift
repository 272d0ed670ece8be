import SkySync
import Support
import SystemPackage
import Testing

@testable import Clusters

@Suite(.timeLimit(.minutes(5))) struct JobFaultTests {
  /// - Parameter isLong: longer than `ServerAliveInterval` times `ServerAliveCountMax`: the connection is
  ///   given up, and another made once the network is back.
  @Test(arguments: [false, true])
  func `a network that is cut and comes back loses and repeats no line`(isLong: Bool) async throws {
    try await withLoopbackSSHD { server in
      try await withDelayProxy(to: server) { proxy in
        var way = server.host(through: proxy.address, proxy.port)
        way.set("serveraliveinterval", "1")
        way.set("serveralivecountmax", isLong ? "1" : "600")
        let host = way
        let connection = try await SSHConnection.open(host)
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
              proxy.pause(false)
              return try await SSHConnection.open(host)
            }, output: { _, bytes, _ in shown.add(bytes) }
          ).run()
        }
        try await until { shown.text.contains("line 20\n") }
        proxy.pause(true)
        if !isLong {
          try await Task.sleep(for: .seconds(2))
          proxy.pause(false)
        }
        let verdict = try await watch.value
        #expect(verdict.state == .succeeded)
        #expect(shown.text == (1...300).map { "line \($0)\n" }.joined())
        #expect((reopened.value > 0) == isLong)
        await connection.close()
      }
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
