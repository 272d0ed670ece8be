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

extension TransferOptions {
  /// Prints a report; throws `partlyDone` when single files failed.
  func show(_ report: SyncReport, _ console: Console) throws {
    if json {
      console.say(try JSON.text(ReportJSON(report)))
    } else {
      for operation in report.plan ?? [] {
        console.pass(Array("\(operation.kind.rawValue)\t".utf8) + operation.path + [10])
      }
      console.note(ReportWords.line(report))
      if stats { for line in ReportWords.statistics(report) { console.note(line) } }
      for problem in report.problems + report.notices {
        console.note("  \(String(decoding: problem.path, as: UTF8.self)): \(problem.reason)")
      }
    }
    let failed = report.problems.filter { !$0.isNotice }
    guard failed.isEmpty else {
      let what = failed.count == 1 ? "1 file" : "\(failed.count) files"
      throw CommandError(.partlyDone, "\(what) could not be synced; the report names them")
    }
  }
}
