import SkySync
import Support
import SystemPackage
import Testing

@testable import Clusters

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct JobTests {
  @Test func `output and exit code come back`() async throws {
    try await JobBench.run { bench in
      let (text, verdict) = try await bench.attached(
        bench.spec("echo run; pwd; echo words >&2; exit 7", setup: "echo setup"))
      #expect(text == "setup\nrun\n\(bench.home())/sky_workdir\nwords\n")
      #expect(verdict.state == .failed && verdict.exitCode == 7 && verdict.exitCodes == [7])
      #expect(verdict.reason == "failed: exit code 7")
    }
  }

  @Test func `a job that succeeds says so`() async throws {
    try await JobBench.run(nodes: 3) { bench in
      let (text, verdict) = try await bench.attached(bench.spec("echo $SKYPILOT_NODE_RANK"))
      #expect(text == "0\n" && verdict.state == .succeeded && verdict.exitCode == 0)
      #expect(verdict.exitCodes == [0, 0, 0] && verdict.failedRank == nil)
    }
  }

  @Test func `a failed setup is told from a failed run, and nothing runs after it`() async throws {
    try await JobBench.run { bench in
      let (text, verdict) = try await bench.attached(bench.spec("echo run", setup: "exit 3"))
      #expect(text == "" && verdict.state == .failedSetup && verdict.exitCode == 3)
      #expect(verdict.reason == "failed in its setup: exit code 3")
    }
  }

  @Test(arguments: [("exit 0", nil), (nil, "exit 0"), (nil, nil)] as [(String?, String?)])
  func `setup and run may be missing`(run: String?, setup: String?) async throws {
    try await JobBench.run { bench in
      let verdict = try await bench.attached(bench.spec(run, setup: setup)).verdict
      #expect(verdict.state == .succeeded)
    }
  }

  @Test func `scripts are bash scripts, every byte as it was`() async throws {
    try await JobBench.run { bench in
      let odd = String(String.UnicodeScalarView((1...0x2ff).compactMap(oddScalar)))
      let script = """
        set -o pipefail; a=(x y); echo "${a[1]}"
        cat <<'EOF'
        \(odd)
        EOF
        echo 'it'"'"'s' "$(printf '%s' \\\\)" `echo back`
        """
      let (text, verdict) = try await bench.attached(bench.spec(script))
      #expect(verdict.state == .succeeded)
      #expect(text == "y\n\(odd)\nit's \\ back\n")
    }
  }

  @Test func `a task finds its environment`() async throws {
    try await JobBench.run(nodes: 2) { bench in
      let nasty = "it's $HOME `id` \\ \"quoted\"\nsecond line\n"
      let job = bench.spec(
        """
        printf '%s|' "$SKYPILOT_NODE_RANK" "$SKYPILOT_NODE_IPS" "$SKYPILOT_NUM_NODES" \
          "$SKYPILOT_NUM_GPUS_PER_NODE" "$SKYPILOT_TASK_ID" "$SKYPILOT_INTERNAL_JOB_ID" \
          "$SKYPILOT_SETUP_NODE_RANK" "$SKYPILOT_CLUSTER_INFO" "$PYTHONUNBUFFERED" "$NASTY"
        umask
        """,
        variables: [
          .init("NASTY", nasty), .init("SKYPILOT_NODE_RANK", "9"), .init("PYTHONUNBUFFERED", "0"),
        ])
      let text = try await bench.attached(job).text
      let umask = try await Support.run("sh", ["-c", "umask"]).text
      let info = #"{"cluster_name": "dev", "cloud": "local", "region": null, "zone": null}"#
      #expect(
        text == "0|127.42.0.1\n127.42.0.2|2|2|\(job.taskID)|1|0|\(info)|0|\(nasty)|\(umask)")
    }
  }

  @Test func `secrets are on no command line and in no file that others read`() async throws {
    try await JobBench.run { bench in
      let secret = "hush-\(UInt64.random(in: 0 ... .max))"
      let job = bench.spec(
        "test \"$SECRET\" = \(String(secret.reversed())) ; touch ~/up; sleep 1000",
        variables: [.init("SECRET", secret)])
      try await bench.start(job)
      try await until { LocalFiles.read(bench.home().appending("up")) != nil }
      let commands = ProcessTable.now().commands.flatMap(\.arguments)
      #expect(!commands.contains { $0.contains(secret) })
      let folder = bench.home().appending(".sky_node/jobs/dev/1/0")
      let found = try await run(
        "find", [bench.home().appending(".sky_node").string, "-perm", "/077", "-type", "d"])
      #expect(found.text == "")
      let modes = try await run("stat", ["-c", "%a", folder.appending("env").string])
      #expect(modes.text == "600\n")
    }
  }

  @Test(arguments: ["1BAD", "A-B", "", "A;id", "A B"])
  func `a name that is no identifier is refused`(name: String) async throws {
    try await JobBench.run { bench in
      let error = await #expect(throws: SyncError.self) {
        try await bench.start(bench.spec("true", variables: [.init(name, "x")]))
      }
      #expect(error?.code == .unsupported)
    }
  }

  @Test func `starting again with the same task id starts nothing`() async throws {
    try await JobBench.run { bench in
      let job = bench.spec("echo x >>~/count; sleep 1000")
      try await bench.start(job)
      try await bench.start(job)
      try await until { LocalFiles.read(bench.home().appending("count"))?.isEmpty == false }
      #expect(LocalFiles.read(bench.home().appending("count")) == "x\n")
      var other = job
      other.taskID += "-other"
      let error = await #expect(throws: SyncError.self) { try await bench.start(other) }
      #expect(error?.reason.contains("another job 1 of dev runs there") == true)
      #expect(try await bench.status(job.reference)?.state == .running)
    }
  }

  @Test func `an ended job of a former cluster gives way`() async throws {
    try await JobBench.run { bench in
      let old = try await bench.attached(bench.spec("echo old")).text
      var job = bench.spec("echo new")
      job.taskID += "-new"
      let new = try await bench.attached(job).text
      #expect(old == "old\n" && new == "new\n")
    }
  }

  @Test func `all nodes start or none does`() async throws {
    try await JobBench.run(nodes: 3) { bench in
      // Where its files belong is a file: that node cannot start.
      try LocalFiles.write("", to: bench.home(1).appending(".sky_node"), mode: 0o600)
      let error = await #expect(throws: SyncError.self) {
        try await bench.start(bench.spec("touch ~/ran"))
      }
      #expect(error?.subject == "n1" && error?.code == .cannotWrite)
      for rank in [0, 2] {
        #expect(try await bench.status(JobReference(cluster: "dev", id: 1), rank: rank) == nil)
        #expect(LocalFiles.read(bench.home(rank).appending("ran")) == nil)
      }
      _ = try await run("rm", [bench.home(1).appending(".sky_node").string])
    }
  }

  @Test func `one rank that fails ends the others`() async throws {
    try await JobBench.run(nodes: 3) { bench in
      let (_, verdict) = try await bench.attached(
        bench.spec("[ $SKYPILOT_NODE_RANK = 1 ] && exit 9; sleep 1000"))
      #expect(verdict.state == .failed && verdict.failedRank == 1 && verdict.exitCode == 9)
      #expect(verdict.exitCodes == [143, 9, 143])
    }
  }

  @Test func `the signal that ended it is named`() async throws {
    try await JobBench.run { bench in
      let verdict = try await bench.attached(bench.spec("kill -SEGV $$")).verdict
      #expect(verdict.reason == "failed: exit code 139, that is SIGSEGV")
    }
  }

  @Test func `a job whose own process was killed has failed`() async throws {
    try await JobBench.run { bench in
      let job = try await bench.start(bench.spec("echo $$ >~/pid; sleep 1000"))
      _ = try await bench.pid("pid")
      let runner = LocalFiles.read(bench.home().appending(".sky_node/jobs/dev/1/0/pid"))
      let pid = try #require(runner?.split(separator: " ").first.flatMap { Int32($0) })
      kill(pid, SIGKILL)
      try await until { try await bench.status(job)?.state == .failed }
      let status = try #require(try await bench.status(job))
      #expect(status.isLost && status.failure?.hasPrefix("lost its job") == true)
      // Its processes are found by their environment.
      let left = try await bench.pid("pid")
      _ = try await JobCancel.cancel(job, rank: 0, because: .user, grace: 0, on: bench.host)
      #expect(isGone(left))
    }
  }

  @Test func `a process of the same number after a restart is not the job`() async throws {
    try await JobBench.run { bench in
      let job = try await bench.start(bench.spec("true"))
      try await until { try await bench.status(job)?.state == .succeeded }
      let folder = bench.home().appending(".sky_node/jobs/dev/1/0")
      _ = try await run("rm", [folder.appending("exit").string])
      // As if this process had got the number of a runner that a power cut ended.
      let pid = "\(getpid()) \(getpgrp()) 1.some-boot\n"
      try LocalFiles.write(pid, to: folder.appending("pid"), mode: 0o600)
      #expect(try await bench.status(job)?.state == .failed)
      let after = try await JobCancel.cancel(job, rank: 0, because: .user, on: bench.host)
      #expect(after?.state == .cancelled)
    }
  }

  /// Any but the line end and carriage return.
  private func oddScalar(_ number: Int) -> Unicode.Scalar? {
    number == 0x0a || number == 0x0d ? nil : Unicode.Scalar(number)
  }
}
