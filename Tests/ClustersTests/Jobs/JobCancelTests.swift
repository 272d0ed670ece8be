import SkySync
import SystemPackage
import Testing

@testable import Clusters

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct JobCancelTests {
  @Test func `cancel ends a whole tree, also what left the group`() async throws {
    try await JobBench.run { bench in
      let job = try await bench.start(
        bench.spec(
          """
          sleep 1000 & echo $! >~/child
          (trap '' TERM; echo $BASHPID >~/stubborn; while :; do sleep 1000; done) &
          setsid sh -c 'echo $$ >~/away; sleep 1000; :' &
          sleep 1000
          """))
      var pids: [Int32] = []
      for name in ["child", "stubborn", "away"] { pids.append(try await bench.pid(name)) }
      #expect(pids.allSatisfy { kill($0, 0) == 0 })
      let status = try await JobCancel.cancel(
        job, rank: 0, because: .user, grace: 1, on: bench.host)
      #expect(status?.state == .cancelled && status?.ending?.phase == .run)
      #expect(pids.allSatisfy { isGone($0) })
      #expect(try await bench.status(job)?.state == .cancelled)
    }
  }

  @Test func `cancel leaves everybody else alone`() async throws {
    try await JobBench.run { bench in
      let job = bench.spec("echo $$ >~/pid; sleep 1000")
      // A job whose id begins with this one's, and a program that only speaks of it.
      let strangers = [
        "SKYPILOT_TASK_ID=\(job.taskID)0", "NOTE=\(JobEnvironment.taskID)=\(job.taskID)",
      ]
      var commands: [any RemoteCommand] = []
      for variable in strangers {
        var host = ProgramHost.local(home: bench.home())
        host.environment.append(variable)
        commands.append(try await host.start("exec cat"))
      }
      try await bench.start(job)
      _ = try await bench.pid("pid")
      let status = try await JobCancel.cancel(
        job.reference, rank: 0, because: .user, on: bench.host)
      #expect(status?.state == .cancelled)
      for command in commands {
        try await command.finishInput()
        #expect(try await command.outcome() == .exited(0))
      }
    }
  }

  @Test func `a job may clean up when it is told to end`() async throws {
    try await JobBench.run { bench in
      let job = try await bench.start(
        bench.spec("trap 'echo saved; exit 0' TERM; echo $$ >~/pid; while :; do sleep 0.1; done"))
      _ = try await bench.pid("pid")
      let status = try await JobCancel.cancel(job, rank: 0, because: .user, on: bench.host)
      #expect(status?.ending?.code == 0 && status?.isAlive == false)
      let log = LocalFiles.read(bench.home().appending(".sky_node/jobs/dev/1/0/run.log"))
      #expect(log?.hasSuffix("saved\n") == true)
    }
  }

  @Test func `cancel during the setup does not start the run`() async throws {
    try await JobBench.run { bench in
      let job = try await bench.start(
        bench.spec("touch ~/ran", setup: "trap 'exit 0' TERM; echo $$ >~/pid; sleep 1000 & wait"))
      _ = try await bench.pid("pid")
      #expect(try await bench.status(job)?.state == .settingUp)
      let status = try await JobCancel.cancel(job, rank: 0, because: .user, on: bench.host)
      #expect(status?.state == .cancelled)
      #expect(LocalFiles.read(bench.home().appending("ran")) == nil)
    }
  }

  @Test func `a job that has ended stays as it was`() async throws {
    try await JobBench.run { bench in
      _ = try await bench.attached(
        bench.spec("setsid sleep 1000 >/dev/null 2>&1 & echo $! >~/left"))
      let job = JobReference(cluster: "dev", id: 1)
      let status = try await JobCancel.cancel(job, rank: 0, because: .user, on: bench.host)
      #expect(status?.state == .succeeded)
      let left = try await bench.pid("left")
      #expect(kill(left, 0) == 0)
      kill(left, SIGKILL)
    }
  }

  @Test func `an unknown job is nobody's`() async throws {
    try await JobBench.run { bench in
      let job = JobReference(cluster: "dev", id: 5)
      let cancelled = try await JobCancel.cancel(job, rank: 0, because: .user, on: bench.host)
      let status = try await bench.status(job)
      #expect(cancelled == nil && status == nil)
    }
  }

  @Test func `a node is given back with nothing of the jobs left`() async throws {
    try await JobBench.run(nodes: 2) { bench in
      for id in 1...2 {
        try await bench.start(bench.spec("echo $$ >~/pid\(id); sleep 1000", id: id))
      }
      let overview = await JobTable.overview(cluster: "dev", on: bench.nodes)
      #expect(overview.jobs.mapValues { $0.map(\.rank) } == [1: [0, 1], 2: [0, 1]])
      #expect(overview.unreachable.isEmpty)
      var pids: [Int32] = []
      for id in 1...2 { pids.append(try await bench.pid("pid\(id)")) }
      try await JobCancel.clear(cluster: "dev", on: bench.nodes[0])
      #expect(pids.allSatisfy(isGone))
      let left = FolderListing.names(in: bench.home()).sorted()
      #expect(left == ["pid1", "pid2", "sky_workdir"])
      let other = try await JobTable.list(cluster: "dev", on: bench.nodes[1].host)
      #expect(other.ranks.map(\.state) == [.running, .running])
    }
  }
}
