import SkySync
import Support
import SystemPackage
import Synchronization

@testable import Clusters

/// Nodes that are folders with a `/bin/sh` in them, and jobs on them.
struct JobBench {
  var folder: FilePath
  var nodes: [RankedHost]

  /// Whatever `body` started is ended after it.
  static func run(nodes: Int = 1, _ body: (JobBench) async throws -> Void) async throws {
    try await withScratchFolder { folder in
      var hosts: [RankedHost] = []
      for rank in 0..<nodes {
        let home = folder.appending("node\(rank)")
        try LocalFiles.makeFolder(home, mode: 0o755)
        hosts.append(RankedHost(rank: rank, host: ProgramHost.local(home: home, name: "n\(rank)")))
      }
      let bench = JobBench(folder: folder, nodes: hosts)
      do {
        try await body(bench)
        await bench.endAll()
      } catch {
        await bench.endAll()
        throw error
      }
    }
  }

  private func endAll() async {
    for node in nodes {
      guard let jobs = try? await JobTable.list(cluster: "dev", on: node.host).ranks else {
        continue
      }
      for job in jobs {
        let reference = JobReference(cluster: "dev", id: job.id)
        _ = try? await JobCancel.cancel(
          reference, rank: node.rank, because: .user, grace: 0, on: node.host)
      }
    }
  }

  var host: any CommandHost { nodes[0].host }

  func home(_ rank: Int = 0) -> FilePath { folder.appending("node\(rank)") }

  func spec(
    _ run: String?, setup: String? = nil, id: Int = 1, variables: [JobSpec.Variable] = []
  ) -> JobSpec {
    JobSpec(
      reference: JobReference(cluster: "dev", id: id),
      taskID: "task-\(folder.lastComponent?.string ?? "")-\(id)", infra: "local", setup: setup,
      run: run, variables: variables, nodeIPs: nodes.map { "127.42.0.\($0.rank + 1)" },
      gpusPerNode: 2)
  }

  /// Starts it on all nodes.
  @discardableResult
  func start(_ job: JobSpec) async throws -> JobReference {
    try await JobLauncher.start(job, on: nodes)
    return job.reference
  }

  /// Starts it, follows it to its end, and returns what rank 0 printed and how all stand.
  func attached(_ job: JobSpec) async throws -> (text: String, verdict: JobVerdict) {
    let shown = Shown()
    try await start(job)
    let watch = JobWatch(
      job.reference, on: nodes, reopen: { rank throws(SyncError) in nodes[rank].host },
      output: { rank, bytes, _ in if rank == 0 { shown.add(bytes) } })
    let verdict = try await watch.run()
    return (shown.text, verdict)
  }

  func status(_ job: JobReference, rank: Int = 0) async throws -> RankStatus? {
    try await JobTable.list(cluster: "dev", on: nodes[rank].host).ranks
      .first { $0.id == job.id && $0.rank == rank }
  }

  /// The pid that a job wrote into a file of its home, once it is there.
  func pid(_ name: String, rank: Int = 0) async throws -> Int32 {
    var found: Int32?
    try await until {
      found = LocalFiles.read(home(rank).appending(name)).flatMap { text in
        text.hasSuffix("\n") ? Int32(text.dropLast()) : nil
      }
      return found != nil
    }
    return found ?? 0
  }
}

/// A zombie that nobody has waited for yet counts as gone.
func isGone(_ pid: Int32) -> Bool {
  !ProcessTable.now().commands.contains { $0.pid == pid }
}

/// What was shown so far.
final class Shown: Sendable {
  private let bytes = Mutex<[UInt8]>([])

  func add(_ more: [UInt8]) { bytes.withLock { $0 += more } }

  var all: [UInt8] { bytes.withLock { $0 } }
  var text: String { String(decoding: all, as: UTF8.self) }
}
