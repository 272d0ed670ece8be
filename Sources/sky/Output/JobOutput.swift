import Clusters
import SkySync
import Synchronization

/// How a workflow's steps look: messages on stderr, what a job prints on stdout, whole lines at a time.
final class JobOutput: Sendable {
  private let console: Console
  private let live: LiveProgress
  /// What of a rank's last line has come so far.
  private let pending = Mutex<[Int: [UInt8]]>([:])

  init(_ console: Console) {
    live = LiveProgress(console, verb: "sending")
    self.console = live.console
  }

  func show(_ event: Event) {
    switch event {
    case .phase(let words): console.note(words)
    case .notice(let words): console.note("sky: \(words)")
    case .syncing(let alias, let progress): live.update(alias, progress)
    case .syncEnded: live.end()
    case .synced(let alias, let report): console.note(Self.words(alias, report))
    case .output(let rank, let count, let bytes): show(rank, of: count, bytes)
    case .outputEnded(let rank, let count): flush(rank, of: count)
    }
  }

  /// One rank's lines go out as they are; several ranks' are marked with who says them.
  private func show(_ rank: Int, of count: Int, _ bytes: [UInt8]) {
    guard count > 1 else { return console.pass(bytes) }
    let prefix = Array(NodeLabel.of(rank: rank).utf8)
    pending.withLock { pending in
      var rest = (pending[rank] ?? []) + bytes
      var out: [UInt8] = []
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        out += prefix + rest[...end]
        rest = Array(rest[(end + 1)...])
      }
      pending[rank] = rest
      // Inside the lock: lines of two ranks must not mix.
      if !out.isEmpty { console.pass(out) }
    }
  }

  private func flush(_ rank: Int, of count: Int) {
    pending.withLock { pending in
      guard let rest = pending.removeValue(forKey: rank), !rest.isEmpty else { return }
      console.pass(Array(NodeLabel.of(rank: rank).utf8) + rest + [UInt8(ascii: "\n")])
    }
  }

  private static func words(_ alias: String, _ report: SyncReport) -> String {
    let lines = ReportWords.details(report, most: 10).map { "\n  \($0)" }
    return "  \(alias): \(ReportWords.line(report))" + lines.joined()
  }
}

/// How a rank's lines are marked.
enum NodeLabel {
  static func of(rank: Int) -> String {
    rank == 0 ? "(head, rank=0) " : "(worker\(rank), rank=\(rank)) "
  }
}
