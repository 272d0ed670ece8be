import SkySync
import Synchronization
import Testing

@testable import sky

/// Live progress, as text and as it stands on a screen.
@Suite(.timeLimit(.minutes(20))) struct ProgressTests {
  private func sending(_ done: Int64, of total: Int64, files: Int) -> SyncProgress {
    SyncProgress(
      phase: .sending, bytesTotal: total, bytesDone: done, filesTotal: 2_000, filesDone: files)
  }

  @Test func `a line names phase, share, bytes, rate, time left and files`() {
    var board = ProgressBoard(verb: "sending")
    board.update("dev", SyncProgress(phase: .comparing), at: .zero)
    #expect(board.lines(width: 80, height: 5, at: .zero) == ["dev  comparing"])
    for second in 0...4 {
      board.update(
        "dev", sending(Int64(second) * 1_000_000, of: 100_000_000, files: second * 10),
        at: .seconds(second))
    }
    #expect(
      board.lines(width: 80, height: 5, at: .seconds(4)) == [
        "dev  sending    4 %  4.0 MB of 100 MB  1.0 MB/s  1:36 left  40/2000 files"
      ])
    #expect(
      board.lines(width: 40, height: 5, at: .seconds(4)) == [
        "dev  sending    4 %  4.0 MB of 100 MB"
      ])
    board.update("dev", SyncProgress(phase: .committing), at: .seconds(5))
    #expect(board.lines(width: 80, height: 5, at: .seconds(5)) == ["dev  finishing"])
  }

  @Test func `the rate is that of the last seconds`() {
    var board = ProgressBoard(verb: "sending")
    var done: Int64 = 0
    for tenth in 0...200 {
      done += tenth < 100 ? 10_000_000 : 100_000
      board.update("a", sending(done, of: 2_000_000_000, files: 0), at: .milliseconds(tenth * 100))
    }
    let line = board.lines(width: 100, height: 3, at: .seconds(20))[0]
    #expect(line.contains("1.0 MB/s"), "\(line)")
  }

  @Test func `many nodes have one line each, and the last sums up what has no room`() {
    var board = ProgressBoard(verb: "sending")
    for node in 0..<30 {
      let phase: SyncProgress.Phase = node < 4 ? .done : .comparing
      board.update("dev-worker\(node)", SyncProgress(phase: phase), at: .zero)
    }
    let lines = board.lines(width: 60, height: 10, at: .zero)
    #expect(lines.count == 10)
    #expect(lines[0] == "dev-worker4   comparing")
    #expect(lines[9] == "… and 21 more; 4 of 30 done")
    #expect(board.lines(width: 9, height: 40, at: .zero).allSatisfy { $0.count < 9 })
  }

  @Test func `on the screen the block gives way to messages and is gone at the end`() async throws {
    let screen = Mutex(Screen())
    let console = Console(
      colour: false, live: true, interactive: false,
      write: { bytes, _ in screen.withLock { $0.write(bytes) } }, screen: { (60, 20) })
    let live = LiveProgress(console, verb: "sending")
    live.update("one", SyncProgress(phase: .comparing))
    live.update("two", sending(5, of: 10, files: 1))
    while !screen.withLock({ $0.seen.contains("one  comparing") }) {
      try await Task.sleep(for: .milliseconds(20))
    }
    live.console.note("a message")
    live.update("one", SyncProgress(phase: .done))
    while !screen.withLock({ $0.seen.contains("one  done") }) {
      try await Task.sleep(for: .milliseconds(20))
    }
    #expect(screen.withLock { $0.lines.prefix(2) } == ["a message", "one  done"])
    live.end()
    #expect(screen.withLock { $0.lines } == ["a message"])
  }

  @Test func `where stderr is no terminal nothing is written`() async throws {
    let written = Mutex<[UInt8]>([])
    let console = Console(
      colour: false, live: false, interactive: false,
      write: { bytes, _ in written.withLock { $0 += bytes } })
    let live = LiveProgress(console, verb: "sending")
    live.update("one", SyncProgress(phase: .comparing))
    try await Task.sleep(for: .milliseconds(700))
    live.end()
    #expect(written.withLock { $0 } == [])
  }

  @Test func `a report is one line with what was skipped and why, and what failed below it`() {
    var report = SyncReport(source: "a", destination: "dev:a")
    report.filesSent = 3
    report.problems = [
      Problem(path: Array("p".utf8), reason: "skipped: a FIFO", isNotice: true),
      Problem(path: Array("q".utf8), reason: "skipped: a FIFO", isNotice: true),
      Problem(path: Array("s".utf8), reason: "skipped: a socket", isNotice: true),
      Problem(path: Array("x\u{1B}[2J".utf8), reason: "cannot read it"),
    ]
    #expect(
      ReportWords.line(report, ignored: 4)
        == "3 sent, 0 unchanged, 1 failed, 3 skipped (a FIFO ×2, a socket), 4 ignored (0 B, 0.0 s)"
    )
    #expect(
      ReportWords.details(report, most: 2) == [
        #"  "x\033[2J": cannot read it"#, "  p: skipped: a FIFO", "  … and 2 more",
      ])
  }
}

/// Enough of a terminal.
private struct Screen {
  var lines: [String] = []
  /// Every line that ever stood there.
  var seen: Set<String> = []
  private var row = 0

  mutating func write(_ bytes: [UInt8]) {
    var rest = String(decoding: bytes, as: UTF8.self)[...]
    var text = ""
    while let first = rest.popFirst() {
      if first == "\u{1B}" {
        let code = rest.dropFirst().prefix { $0.isNumber }
        rest = rest.dropFirst(1 + code.count)
        switch rest.popFirst() {
        case "A": row -= Int(code) ?? 1
        case "J": lines.removeSubrange(min(row, lines.count)...)
        default: break
        }
      } else if first == "\n" {
        if row < lines.count { lines[row] = text } else { lines.append(text) }
        seen.insert(text)
        row += 1
        text = ""
      } else if first != "\r" {
        text.append(first)
      }
    }
  }
}
