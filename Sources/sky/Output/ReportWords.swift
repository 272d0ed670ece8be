import SkySync

/// A sync report for people.
enum ReportWords {
  static func line(_ report: SyncReport) -> String {
    var words = "\(report.filesSent) sent, \(report.filesUnchanged) unchanged"
    if report.filesDeleted > 0 { words += ", \(report.filesDeleted) deleted" }
    if report.filesMoved > 0 { words += ", \(report.filesMoved) moved" }
    let bytes = ByteCount.words(report.bytesWireOut + report.bytesWireIn)
    return "\(words) (\(bytes), \(Seconds.words(report.seconds)))"
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

/// A sync report for programs.
struct ReportJSON: Encodable {
  struct ProblemJSON: Encodable {
    var path: PathJSON
    var reason: String
  }

  struct Operation: Encodable {
    var op: String
    var path: PathJSON
    var bytes: Int64
  }

  var source: String
  var destination: String
  var files_sent: Int
  var files_unchanged: Int
  var files_deleted: Int
  var files_moved: Int
  var bytes_content: Int64
  var bytes_wire_out: Int64
  var bytes_wire_in: Int64
  var round_trips: Int
  var seconds: Double
  var problems: [ProblemJSON]
  var plan: [Operation]?

  init(_ report: SyncReport) {
    source = report.source
    destination = report.destination
    files_sent = report.filesSent
    files_unchanged = report.filesUnchanged
    files_deleted = report.filesDeleted
    files_moved = report.filesMoved
    bytes_content = report.bytesContent
    bytes_wire_out = report.bytesWireOut
    bytes_wire_in = report.bytesWireIn
    round_trips = report.roundTrips
    seconds = report.seconds
    problems = (report.problems + report.notices).map {
      ProblemJSON(path: PathJSON(bytes: $0.path), reason: $0.reason)
    }
    plan = report.plan?.map {
      Operation(op: $0.kind.rawValue, path: PathJSON(bytes: $0.path), bytes: $0.bytes)
    }
  }
}
