import SkySync
import Support
import SystemPackage
import Testing

@testable import Clusters

@Suite struct JobLogTests {
  @Test func `breaking off and going on loses and repeats no byte`() async throws {
    try await JobBench.run { bench in
      var random = SystemRandomNumberGenerator()
      let seed = Int.random(in: 1...99, using: &random)
      let lines = 4000
      let job = try await bench.start(
        bench.spec(
          "for i in $(seq \(lines)); do echo line $i; [ $((i % \(seed))) = 0 ] && sleep 0.002; done"
        ))
      let shown = Shown()
      var offset: Int64 = 0
      var breaks = 0
      while true {
        let limit = breaks < 20 ? Int.random(in: 1...3000, using: &random) : Int.max / 2
        let host = BreakingHost(inner: bench.host, limit: limit)
        let (reached, from) = (Shown(), offset)
        do throws(SyncError) {
          _ = try await JobLog.read(job, rank: 0, from: .offset(offset), following: true, on: host)
          {
            bytes, after in
            reached.add(bytes)
            #expect(after == from + Int64(reached.all.count))
          }
          shown.add(reached.all)
          break
        } catch {
          #expect(error.code == .connectionLost)
          shown.add(reached.all)
          offset += Int64(reached.all.count)
          breaks += 1
        }
      }
      let whole = (1...lines).map { "line \($0)\n" }.joined()
      #expect(shown.text == whole, "seed \(seed)")
      #expect(breaks == 20)
    }
  }

  @Test func `the watch itself goes on after a break`() async throws {
    try await JobBench.run(nodes: 2) { bench in
      let job = bench.spec("for i in $(seq 300); do echo $i; done; sleep 0.2; echo end; exit 4")
      try await bench.start(job)
      let shown = Shown()
      let broken = bench.nodes.map {
        RankedHost(rank: $0.rank, host: BreakingHost(inner: $0.host, limit: 100))
      }
      let verdict = try await JobWatch(
        job.reference, on: broken,
        reopen: { rank throws(SyncError) in bench.nodes[rank].host },
        output: { rank, bytes, _ in if rank == 1 { shown.add(bytes) } }
      ).run()
      #expect(shown.text == (1...300).map { "\($0)\n" }.joined() + "end\n")
      #expect(verdict.exitCode == 4)
    }
  }

  @Test func `a node that is gone for good fails the job and the others are ended`() async throws {
    try await JobBench.run(nodes: 2) { bench in
      let job = bench.spec("echo up; sleep 1000")
      try await bench.start(job)
      let hosts = [
        bench.nodes[0],
        RankedHost(rank: 1, host: BreakingHost(inner: bench.nodes[1].host, limit: 1)),
      ]
      let verdict = try await JobWatch(
        job.reference, on: hosts,
        reopen: { rank throws(SyncError) in
          if rank == 0 { return bench.nodes[0].host }
          throw SyncError(.unreachable, "n1", "no answer")
        }, output: { _, _, _ in }
      ).run()
      #expect(verdict.state == .failed && verdict.failedRank == 1)
      #expect(verdict.exitCodes == [143, nil])
    }
  }

  @Test func `when all nodes are out of reach the job goes on`() async throws {
    try await JobBench.run(nodes: 2) { bench in
      let job = bench.spec("echo up; sleep 1000")
      try await bench.start(job)
      let cut = Cut()
      let hosts = bench.nodes.map {
        RankedHost(rank: $0.rank, host: BreakingHost(inner: $0.host, limit: 1, cut: cut))
      }
      let watch = JobWatch(
        job.reference, on: hosts,
        reopen: { rank throws(SyncError) in throw SyncError(.unreachable, "n\(rank)", "no answer")
        },
        output: { _, _, _ in })
      let error = await #expect(throws: SyncError.self) { try await watch.run() }
      #expect(error?.code == .unreachable)
      for rank in 0...1 {
        #expect(try await bench.status(job.reference, rank: rank)?.state == .running)
      }
    }
  }

  @Test(arguments: [
    (JobLog.Start.lastLines(2), "c\nd\n", Int64(8)), (.lastLines(0), "", 8),
    (.lastLines(99), "a\nb\nc\nd\n", 8), (.offset(3), "\nc\nd\n", 8), (.offset(8), "", 8),
    (.offset(99), "", 8),
  ])
  func `a look without following gives what is there`(
    start: JobLog.Start, text: String, offset: Int64
  ) async throws {
    try await JobBench.run { bench in
      let job = try await bench.start(
        bench.spec("printf 'a\\nb\\nc\\nd\\n'; touch ~/up; sleep 1000"))
      try await until { LocalFiles.read(bench.home().appending("up")) != nil }
      let shown = Shown()
      let end = try await JobLog.read(job, rank: 0, from: start, following: false, on: bench.host) {
        bytes, _ in shown.add(bytes)
      }
      #expect(shown.text == text && end?.offset == offset)
      #expect(end?.status.state == .running)
    }
  }

  @Test func `an ended job's log is followed to its end at once`() async throws {
    try await JobBench.run { bench in
      _ = try await bench.attached(bench.spec("printf 'no line end'"))
      let shown = Shown()
      let end = try await JobLog.read(
        JobReference(cluster: "dev", id: 1), rank: 0, from: .lastLines(1), following: true,
        on: bench.host
      ) { bytes, _ in shown.add(bytes) }
      #expect(shown.text == "no line end" && end?.status.state == .succeeded)
    }
  }

  @Test func `an unknown job has no log`() async throws {
    try await JobBench.run { bench in
      let end = try await JobLog.read(
        JobReference(cluster: "dev", id: 9), rank: 0, from: .offset(0), following: true,
        on: bench.host
      ) { _, _ in }
      #expect(end == nil)
    }
  }

  @Test func `any number may follow, and none is left on the node`() async throws {
    try await JobBench.run { bench in
      let job = try await bench.start(bench.spec("echo start; sleep 0.3; echo end"))
      try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<5 {
          group.addTask {
            let shown = Shown()
            _ = try await JobLog.read(
              job, rank: 0, from: .offset(0), following: true, on: bench.host
            ) { bytes, _ in shown.add(bytes) }
            return shown.text
          }
        }
        for try await text in group { #expect(text == "start\nend\n") }
      }
      try await until { followers(bench).isEmpty }
    }
  }

  @Test func `a follower that goes away leaves nothing on the node`() async throws {
    try await JobBench.run { bench in
      let job = try await bench.start(bench.spec("echo up; sleep 1000"))
      let host = BreakingHost(inner: bench.host, limit: 1)
      await #expect(throws: SyncError.self) {
        _ = try await JobLog.read(job, rank: 0, from: .offset(0), following: true, on: host) {
          _, _ in
        }
      }
      try await until { followers(bench).isEmpty }
      #expect(try await bench.status(job)?.state == .running)
    }
  }

  private func followers(_ bench: JobBench) -> [[String]] {
    ProcessTable.now().commands.map(\.arguments).filter { words in
      ["tail", "flock"].contains(words.first) && words.contains { $0.contains(bench.folder.string) }
    }
  }
}

/// A node whose connection breaks after some bytes of standard output, and is not made again.
private struct BreakingHost: CommandHost {
  var inner: any CommandHost
  var limit: Int
  /// Breaks the connections of all that share it.
  var cut = Cut()

  var name: String { inner.name }

  func start(_ command: String) async throws(SyncError) -> any RemoteCommand {
    let started = try await inner.start(command)
    guard await cut.add(started) else { throw SyncError(.connectionLost, name, "cut") }
    return BreakingCommand(inner: started, limit: limit, cut: cut)
  }
}

private actor Cut {
  private var commands: [any RemoteCommand] = []
  private(set) var isMade = false

  func add(_ command: any RemoteCommand) async -> Bool {
    commands.append(command)
    if isMade { await command.abandon() }
    return !isMade
  }

  func make() async {
    isMade = true
    for command in commands { await command.abandon() }
  }
}

private actor BreakingCommand: RemoteCommand {
  private let inner: any RemoteCommand
  private let cut: Cut
  private var left: Int
  /// The script's own first line, an empty one before it, ends at the second line end.
  private var lineEndsBefore = 2

  init(inner: any RemoteCommand, limit: Int, cut: Cut) {
    self.inner = inner
    self.cut = cut
    left = limit
  }

  func read() async throws(SyncError) -> [UInt8]? {
    if left == 0 { await cut.make() }
    let piece = try await inner.read()
    if await cut.isMade { throw SyncError(.connectionLost, "n", "cut") }
    return piece.map(count)
  }

  private func count(_ piece: [UInt8]) -> [UInt8] {
    var taken = 0
    while taken < piece.count, left > 0 {
      if lineEndsBefore == 0 { left -= 1 }
      if lineEndsBefore > 0, piece[taken] == UInt8(ascii: "\n") { lineEndsBefore -= 1 }
      taken += 1
    }
    return Array(piece.prefix(taken))
  }

  func write(_ bytes: [UInt8]) async throws(SyncError) { try await inner.write(bytes) }
  func finishInput() async throws(SyncError) { try await inner.finishInput() }
  func readError() async throws(SyncError) -> [UInt8]? { try await inner.readError() }
  func outcome() async throws(SyncError) -> RemoteOutcome { try await inner.outcome() }
  func abandon() async { await inner.abandon() }
}
