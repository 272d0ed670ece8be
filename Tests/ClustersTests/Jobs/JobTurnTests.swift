import SkySync
import Support
import SystemPackage
import Testing

@testable import Clusters

@Suite(.timeLimit(.minutes(20))) struct JobTurnTests {
  /// A bench whose node says that it has two GPUs.
  private func withGPUs(_ body: (JobBench) async throws -> Void) async throws {
    try await JobBench.run { bench in
      let programs = bench.home().appending("bin")
      try LocalFiles.makeFolder(programs, mode: 0o755)
      try LocalFiles.write(
        """
        #!/bin/sh
        echo 'GPU 0: NVIDIA A100 (UUID: GPU-1)'
        echo 'GPU 1: NVIDIA A100 (UUID: GPU-2)'

        """, to: programs.appending("nvidia-smi"), mode: 0o755)
      var bench = bench
      bench.nodes[0].host = ProgramHost(
        name: "n0", program: ["/bin/sh", "-c"],
        environment: [
          "HOME=\(bench.home())", "PATH=\(programs):/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        ])
      try await body(bench)
    }
  }

  @Test func `jobs that ask for what is taken wait for their turn, in order`() async throws {
    try await withGPUs { bench in
      func job(_ id: Int, gpus: Int) -> JobSpec {
        let run =
          "echo $CUDA_VISIBLE_DEVICES >$HOME/gpus\(id); until [ -e $HOME/go\(id) ]; do sleep 0.05; done"
        var spec = bench.spec(run, id: id)
        spec.claim = JobClaim(gpus: gpus)
        return spec
      }
      func state(_ job: JobReference) async throws -> JobState? {
        try await bench.status(job)?.state
      }
      func gpus(_ id: Int) -> String? { LocalFiles.read(bench.home().appending("gpus\(id)")) }
      let first = try await bench.start(job(1, gpus: 1))
      try await until { gpus(1) == "0\n" }
      let second = try await bench.start(job(2, gpus: 2))
      // It would fit beside the first, and comes after the second all the same.
      let third = try await bench.start(job(3, gpus: 1))
      let free = try await bench.start(bench.spec("true", id: 4))
      try await until { try await state(free) == .succeeded }
      #expect(try await state(first) == .running)
      #expect(try await state(second) == .pending && gpus(2) == nil)
      #expect(try await state(third) == .pending && gpus(3) == nil)
      try writeFile(bench.home().appending("go1"), [])
      try await until { gpus(2) == "0,1\n" }
      #expect(try await state(third) == .pending && gpus(3) == nil)
      // A job that dies without a word gives back what it had, too.
      try await JobCancel.cancel(second, rank: 0, because: .user, grace: 0, on: bench.host)
      try await until { gpus(3) == "0\n" }
      try writeFile(bench.home().appending("go3"), [])
      try await until { try await state(third) == .succeeded }
      #expect(try await state(second) == .cancelled)
    }
  }

  @Test func `ranks that share a home begin when all of them have their turn`() async throws {
    try await JobBench.run { bench in
      var one = bench
      var first = one.spec("touch $HOME/one; until [ -e $HOME/go ]; do sleep 0.05; done", id: 1)
      first.claim = JobClaim(cpus: 4000)
      try await one.start(first)
      try await until { LocalFiles.read(bench.home().appending("one")) != nil }
      one.nodes.append(RankedHost(rank: 1, host: bench.host))
      var both = one.spec("touch $HOME/began.$SKYPILOT_NODE_RANK", id: 2)
      both.claim = JobClaim(cpus: 4000)
      try await one.start(both)
      let folder = bench.home().appending(".sky_node/jobs/dev/2")
      // Its node would be free: nothing else runs as rank 1.
      try await until { LocalFiles.read(folder.appending("1/turn")) != nil }
      try await Task.sleep(for: .seconds(1))
      let listing = try await JobTable.list(cluster: "dev", on: bench.host).ranks
      #expect(listing.filter { $0.id == 2 }.map(\.state) == [.pending, .pending])
      #expect(LocalFiles.read(bench.home().appending("began.1")) == nil)
      try writeFile(bench.home().appending("go"), [])
      try await until {
        let now = try await JobTable.list(cluster: "dev", on: bench.host).ranks
        return now.allSatisfy { $0.state == .succeeded }
      }
      for rank in 0..<2 {
        #expect(LocalFiles.read(bench.home().appending("began.\(rank)")) != nil)
      }
    }
  }

  @Test func `a job that waits can be cancelled, and a job never waits for more than there is`()
    async throws
  {
    try await JobBench.run { bench in
      var long = bench.spec("sleep 60", id: 1)
      long.claim = JobClaim(cpus: 4000)
      try await bench.start(long)
      try await until { try await bench.status(long.reference)?.state == .running }
      var short = bench.spec("touch $HOME/ran", id: 2)
      short.claim = JobClaim(cpus: 1)
      try await bench.start(short)
      #expect(try await bench.status(short.reference)?.state == .pending)
      let status = try await JobCancel.cancel(
        short.reference, rank: 0, because: .user, on: bench.host)
      #expect(status?.state == .cancelled)
      #expect(LocalFiles.read(bench.home().appending("ran")) == nil)
    }
  }

  @Test func `a task that asks for none finds the number of its node's GPUs`() async throws {
    try await withGPUs { bench in
      var job = bench.spec("echo $SKYPILOT_NUM_GPUS_PER_NODE ${CUDA_VISIBLE_DEVICES-all}")
      job.gpusPerNode = nil
      let all = try await bench.attached(job).text
      #expect(all == "2 all\n")
      var other = bench.spec("echo $SKYPILOT_NUM_GPUS_PER_NODE", id: 2)
      other.gpusPerNode = 1
      let one = try await bench.attached(other).text
      #expect(one == "1\n")
    }
  }

  @Test(arguments: [
    ("{cpus: 4+, memory: 2x, accelerators: 'A100:2'}", JobClaim(cpus: 4, memoryMiB: 8192, gpus: 2)),
    ("{accelerators: 'T4:0.5', memory: 1.5}", JobClaim(memoryMiB: 1536, gpus: 1)),
    ("{}", JobClaim()),
  ])
  func `what a task takes follows from its resources`(
    resources: String, claim: JobClaim
  ) throws {
    let file = try TaskFile(
      parsing: Array("run: 'true'\nresources: \(resources)\n".utf8), file: "task.yaml")
    let task = try file.resolve(TaskOverrides(), environment: { _ in nil })
    #expect(JobClaim(task.resources) == claim)
  }

  @Test func `a job with a copy of its own does not see a later sync`() async throws {
    try await JobBench.run { bench in
      let workdir = bench.home().appending("sky_workdir")
      let code = sources(workdir)
      try await push(code, "one", bench)
      var job = bench.spec(
        "touch $HOME/began; until [ -e $HOME/go ]; do sleep 0.05; done; cat sub/code; pwd; id -u >out"
      )
      job.ownCopy = true
      try await bench.start(job)
      try await until { LocalFiles.read(bench.home().appending("began")) != nil }
      #expect(try await bench.status(job.reference)?.hasOwnCopy == true)
      try await push(code, "two", bench)
      try writeFile(bench.home().appending("go"), [])
      try await until { try await bench.status(job.reference)?.state == .succeeded }
      let folder = bench.home().appending(".sky_node/jobs/dev/1/0")
      let log = try #require(LocalFiles.read(folder.appending("run.log")))
      #expect(log == "one\(folder)/workdir\n")
      #expect(LocalFiles.read(workdir.appending("sub/code")) == "two")
      #expect(LocalFiles.read(workdir.appending("out")) == nil)
    }
  }

  private func sources(_ workdir: FilePath) -> FilePath {
    workdir.removingLastComponent().removingLastComponent().appending("source")
  }

  /// What `sky exec` does: our own push, so that the test sees how it replaces files.
  private func push(_ source: FilePath, _ text: String, _ bench: JobBench) async throws {
    try LocalFiles.makeFolder(source, mode: 0o755)
    try LocalFiles.makeFolder(source.appending("sub"), mode: 0o755)
    try writeFile(source.appending("sub/code"), Array(text.utf8))
    let pair = SyncPair(source: source, target: Array("~/sky_workdir".utf8), shape: .contents) {
      () async throws(SyncError) in try await scan(source).tree
    }
    _ = try await Push.run([pair], to: bench.host)
  }
}
