import SkySync

/// A sync report for people.
enum ReportWords {
  /// - Parameters:
  ///   - verb: what was done with the files that travelled.
  ///   - ignored: how many paths the ignore rules left here.
  static func line(_ report: SyncReport, verb: String = "sent", ignored: Int = 0) -> String {
    var words = "\(report.filesSent) \(verb), \(report.filesUnchanged) unchanged"
    if report.filesDeleted > 0 { words += ", \(report.filesDeleted) deleted" }
    if report.filesMoved > 0 { words += ", \(report.filesMoved) moved" }
    let failed = report.problems.count { !$0.isNotice }
    if failed > 0 { words += ", \(failed) failed" }
    words += skipped(report)
    if ignored > 0 { words += ", \(ignored) ignored" }
    let bytes = ByteCount.words(report.bytesWireOut + report.bytesWireIn)
    return "\(words) (\(bytes), \(Seconds.words(report.seconds)))"
  }

  /// `, 3 skipped (a FIFO ×2, a socket)`; nothing when nothing was.
  private static func skipped(_ report: SyncReport) -> String {
    let skipped = report.problems.filter(\.isNotice)
    guard !skipped.isEmpty else { return "" }
    let prefix = "skipped: "
    let reasons = Dictionary(grouping: skipped) {
      $0.reason.hasPrefix(prefix) ? String($0.reason.dropFirst(prefix.count)) : $0.reason
    }
    let words = reasons.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
      .prefix(3).map { $0.value.count > 1 ? "\($0.key) ×\($0.value.count)" : $0.key }
    let more = reasons.count > 3 ? ", …" : ""
    return ", \(skipped.count) skipped (\(words.joined(separator: ", "))\(more))"
  }

  /// A line for each thing that failed, was skipped or should be known, failures first.
  static func details(_ report: SyncReport, most: Int) -> [String] {
    let all =
      report.problems.filter { !$0.isNotice } + report.notices + report.problems.filter(\.isNotice)
    var lines = all.prefix(most).map { problem in
      let path = String(decoding: quoted(problem.path), as: UTF8.self)
      return problem.path.isEmpty ? "  \(problem.reason)" : "  \(path): \(problem.reason)"
    }
    if all.count > most { lines.append("  … and \(all.count - most) more") }
    return lines
  }

  static func statistics(_ report: SyncReport) -> [String] {
    [
      "  content    \(report.bytesContent) bytes",
      "  wire out   \(report.bytesWireOut) bytes",
      "  wire in    \(report.bytesWireIn) bytes",
      "  round trips \(report.roundTrips)",
    ]
  }
}
