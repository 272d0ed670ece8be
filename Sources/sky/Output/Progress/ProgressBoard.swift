import SkySync

/// Transfers with several nodes side by side, as lines of text. A value: the time comes from outside.
struct ProgressBoard {
  private struct Row {
    var progress: SyncProgress
    /// When so much was done, for the rate; the oldest is a few seconds old.
    var samples: [(time: Duration, bytes: Int64)] = []
  }

  /// What is done with the content, such as `sending`.
  private let verb: String
  private var names: [String] = []
  private var rows: [String: Row] = [:]

  /// The rate is a mean over that long, from samples at least that far apart.
  private static let span = Duration.seconds(4)
  private static let step = Duration.milliseconds(200)

  init(verb: String) { self.verb = verb }

  /// - Parameter now: since any fixed moment.
  mutating func update(_ name: String, _ progress: SyncProgress, at now: Duration) {
    if rows[name] == nil { names.append(name) }
    var row = rows[name] ?? Row(progress: progress)
    row.progress = progress
    if progress.phase == .sending || progress.phase == .committing {
      if row.samples.last.map({ now - $0.time >= Self.step }) ?? true {
        row.samples.append((now, progress.bytesDone))
      }
      while row.samples.count > 2, now - row.samples[1].time >= Self.span {
        row.samples.removeFirst()
      }
    }
    rows[name] = row
  }

  /// At most `height` lines of less than `width` characters: one a node, the last sums up what has no room.
  func lines(width: Int, height: Int, at now: Duration) -> [String] {
    let widest = names.map(\.count).max() ?? 0
    let room = max(1, height)
    let shown = names.count <= room ? names[...] : unfinishedFirst.prefix(room - 1)
    var lines = shown.map { name in
      let label = name + String(repeating: " ", count: widest - name.count)
      return Self.line(label, rows[name].map { parts($0, now) } ?? [], width: width - 1)
    }
    if shown.count < names.count {
      lines.append(String(summary(of: names.count - shown.count).prefix(width - 1)))
    }
    return lines
  }

  private var unfinishedFirst: [String] {
    names.filter { rows[$0]?.progress.phase != .done }
      + names.filter { rows[$0]?.progress.phase == .done }
  }

  private func summary(of count: Int) -> String {
    let done = rows.values.count { $0.progress.phase == .done }
    return "… and \(count) more; \(done) of \(names.count) done"
  }

  /// Leaves out, from the second on, what has no room.
  private static func line(_ label: String, _ parts: [String], width: Int) -> String {
    var line = label
    for part in parts {
      guard line.count + 2 + part.count <= width else { break }
      line += "  " + part
    }
    return String(line.prefix(width))
  }

  private func parts(_ row: Row, _ now: Duration) -> [String] {
    let progress = row.progress
    switch progress.phase {
    case .comparing: return ["comparing"]
    case .committing: return ["finishing"]
    case .done: return ["done"]
    case .sending:
      let bytes =
        "\(ByteCount.words(progress.bytesDone)) of \(ByteCount.words(progress.bytesTotal))"
      var parts = [verb, percent(progress), bytes]
      if let rate = rate(row, now) {
        parts.append("\(ByteCount.words(Int64(rate)))/s")
        let left = Double(progress.bytesTotal - progress.bytesDone) / rate
        if left < 360_000 { parts.append("\(Self.clock(left)) left") }
      }
      parts.append("\(progress.filesDone)/\(progress.filesTotal) files")
      return parts
    }
  }

  private func percent(_ progress: SyncProgress) -> String {
    let share = progress.bytesTotal > 0 ? progress.bytesDone * 100 / progress.bytesTotal : 100
    let digits = "\(min(share, 100))"
    return String(repeating: " ", count: 3 - digits.count) + digits + " %"
  }

  /// Bytes a second, nil while that is not known.
  private func rate(_ row: Row, _ now: Duration) -> Double? {
    guard let first = row.samples.first else { return nil }
    let seconds = (now - first.time) / .seconds(1)
    let bytes = row.progress.bytesDone - first.bytes
    guard seconds >= 0.5, bytes > 0 else { return nil }
    return Double(bytes) / seconds
  }

  /// `0:07`, `12:30`, `1:02:03`.
  private static func clock(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    let end = ":" + two(whole % 60)
    return hours > 0 ? "\(hours):\(two(minutes))\(end)" : "\(minutes)\(end)"
  }
}
