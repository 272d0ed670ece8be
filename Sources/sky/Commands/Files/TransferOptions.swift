import ArgumentParser
import SkySync

/// The flags that push and pull share, named as rsync names them.
struct TransferOptions: ParsableArguments {
  @Flag(name: [.customShort("n"), .long], help: "Say what would be done, and change nothing.")
  var dryRun = false

  @Flag(help: "Delete there what is not here any more.")
  var delete = false

  @Flag(name: .shortAndLong, help: "Compare the content of files that look alike.")
  var checksum = false

  @Flag(help: "Print one JSON document.")
  var json = false

  @Flag(help: "Print all figures.")
  var stats = false
}

/// What became of one node's part of a transfer.
struct NodeResult: Sendable {
  var alias: String
  /// What was asked for, as the report names it.
  var request: SyncReport
  var result: Result<SyncReport, SyncError>

  /// The report, or one that says why there is none.
  var report: SyncReport {
    switch result {
    case .success(let report): return report
    case .failure(let error):
      var report = request
      report.problems = [Problem(path: [], reason: "\(error)")]
      return report
    }
  }
}

extension TransferOptions {
  /// Prints the reports of all nodes, a row for each; throws the error when all of them failed with it, and
  /// `partlyDone` when some of them or single files failed.
  func show(
    _ nodes: [NodeResult], verb: String, ignored: Int = 0, _ console: Console
  ) throws {
    let failed = nodes.filter { if case .failure = $0.result { true } else { false } }
    if failed.count == nodes.count, let first = failed.first {
      for case .failure(let error) in failed.dropFirst().map(\.result) {
        console.note("sky: \(error)")
      }
      _ = try first.result.get()
    }
    if json {
      try ReportJSON.show(nodes.map(\.report), console)
    } else {
      let widest = nodes.map(\.alias.count).max() ?? 0
      for node in nodes {
        let gap = String(repeating: " ", count: widest - node.alias.count + 2)
        show(node, label: nodes.count == 1 ? "" : node.alias + gap, verb, ignored, console)
      }
    }
    try fail(nodes, failed)
  }

  private func show(
    _ node: NodeResult, label: String, _ verb: String, _ ignored: Int, _ console: Console
  ) {
    guard case .success(let report) = node.result else {
      return console.note("\(label)failed")
    }
    if let plan = report.plan { show(plan, console) }
    console.note(label + ReportWords.line(report, verb: verb, ignored: ignored))
    if stats { for line in ReportWords.statistics(report) { console.note(line) } }
    for line in ReportWords.details(report, most: stats ? .max : 20) { console.note(line) }
  }

  /// A line each: what is done, a tab and the path.
  private func show(_ plan: PlannedOperations, _ console: Console) {
    var text: [UInt8] = []
    for operation in plan {
      text += Array("\(operation.kind.rawValue)\t".utf8) + operation.path + [10]
      guard text.count >= 64 << 10 else { continue }
      console.pass(text)
      text.removeAll(keepingCapacity: true)
    }
    console.pass(text)
  }

  private func fail(_ nodes: [NodeResult], _ failed: [NodeResult]) throws {
    let files = nodes.reduce(0) { sum, node in
      guard case .success(let report) = node.result else { return sum }
      return sum + report.problems.count { !$0.isNotice }
    }
    guard files > 0 || !failed.isEmpty else { return }
    var lines: [String] = []
    if files > 0 {
      let what = files == 1 ? "1 file" : "\(files) files"
      lines.append("\(what) could not be synced; the report names them")
    }
    for case .failure(let error) in failed.map(\.result) { lines.append("\(error)") }
    throw CommandError(.partlyDone, lines.joined(separator: "\nsky: "))
  }
}
