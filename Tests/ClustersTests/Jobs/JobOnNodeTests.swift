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

/// Jobs on real local nodes, over the stock ssh client.
@Suite struct JobOnNodeTests {
  private static func host(_ bench: LocalBench, _ node: Node) throws -> ProgramHost {
    ProgramHost(
      name: "rank \(node.rank)",
      program: ["/usr/bin/ssh", "-F", try bench.config(node).string, "node"],
      environment: ["HOME=\(bench.folder)", "PATH=/usr/bin:/bin"])
  }

  private static func job(_ run: String, nodes: [Node]) -> JobSpec {
    JobSpec(
      reference: JobReference(cluster: "dev", id: 1), taskID: "t-1", infra: "local", setup: nil,
      run: run, nodeIPs: nodes.map(\.internalIP))
  }

  @Test func `a job goes on when the connection that started it is gone`() async throws {
    try await LocalBench.run { bench in
      let nodes = try await bench.provider.up(bench.spec(nodes: 2))
      let hosts = try nodes.map { RankedHost(rank: $0.rank, host: try Self.host(bench, $0)) }
      let job = Self.job(
        "echo $SKYPILOT_NODE_RANK of $SKYPILOT_NUM_NODES; until [ -e ~/go ]; do sleep 0.05; done;"
          + " hostname; exit $((SKYPILOT_NODE_RANK * 5))", nodes: nodes)
      // Every ssh of the start has ended when it returns, and the job runs.
      try await JobLauncher.start(job, on: hosts)
      let listing = try await JobTable.list(cluster: "dev", on: hosts[1].host)
      #expect(listing.ranks.map(\.state) == [.running])
      for node in nodes { _ = try await bench.say(node, "touch ~/go") }
      let shown = Shown()
      let verdict = try await JobWatch(
        job.reference, on: hosts, reopen: { rank throws(SyncError) in hosts[rank].host },
        output: { rank, bytes, _ in if rank == 1 { shown.add(bytes) } }
      ).run()
      #expect(shown.text == "1 of 2\ndev-worker1\n")
      #expect(verdict.state == .failed && verdict.exitCode == 5 && verdict.failedRank == 1)
    }
  }

  @Test func `a job of a node that went down has failed, and the others are ended`() async throws {
    try await LocalBench.run { bench in
      let spec = bench.spec(nodes: 2)
      let nodes = try await bench.provider.up(spec)
      let hosts = try nodes.map { RankedHost(rank: $0.rank, host: try Self.host(bench, $0)) }
      let job = Self.job("touch ~/up; sleep 1000", nodes: nodes)
      try await JobLauncher.start(job, on: hosts)
      let watch = Task {
        try await JobWatch(
          job.reference, on: hosts,
          reopen: { rank throws(SyncError) in
            // As the caller would: to see whether the node is there at all.
            let state = try? await bench.provider.nodes(of: spec)[rank].state
            guard state == .up else { throw SyncError(.unreachable, "\(rank)", "is down") }
            return hosts[rank].host
          }, output: { _, _, _ in }
        ).run()
      }
      for node in nodes {
        try await until { try await bench.ssh(node, "test -e ~/up").status == 0 }
      }
      try #require(bench.firstProcess(1)).send(SIGKILL)
      let verdict = try await watch.value
      #expect(verdict.state == .failed && verdict.failedRank == 1)
      #expect(verdict.exitCodes == [143, nil])
      // The node says the same once it is back, though its files do not.
      _ = try await bench.provider.up(spec)
      let listing = try await JobTable.list(cluster: "dev", on: hosts[1].host)
      #expect(listing.ranks.map(\.state) == [.failed] && listing.ranks[0].isLost)
    }
  }
}
