import Foundation
import SkySync

/// A sync report for programs.
struct ReportJSON: Encodable {
  private struct ProblemJSON: Encodable {
    var path: PathJSON
    var reason: String
  }

  private struct Operation: Encodable {
    var op: String
    var path: PathJSON
    var bytes: Int64

    init(_ operation: PlannedOperation) {
      op = operation.kind.rawValue
      path = PathJSON(bytes: operation.path)
      bytes = operation.bytes
    }
  }

  private var source: String
  private var destination: String
  private var files_sent: Int
  private var files_unchanged: Int
  private var files_deleted: Int
  private var files_moved: Int
  private var bytes_content: Int64
  private var bytes_wire_out: Int64
  private var bytes_wire_in: Int64
  private var round_trips: Int
  private var seconds: Double
  private var problems: [ProblemJSON]
  /// What stands in the document where the plan is to come.
  private var plan: String?

  private init(_ report: SyncReport, placeholder: String) {
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
    plan = report.plan.map { _ in placeholder }
  }

  /// Prints one object, or an array when there are several. A plan is printed as it is made, for one of a million
  /// lines is not to be held as text.
  static func show(_ reports: [SyncReport], _ console: Console) throws {
    let placeholder = UUID().uuidString
    let documents = reports.map { ReportJSON($0, placeholder: placeholder) }
    let text = try documents.count == 1 ? JSON.text(documents[0]) : JSON.text(documents)
    var rest = text[...]
    for plan in reports.compactMap(\.plan) {
      guard let place = rest.range(of: "\"\(placeholder)\"") else { break }
      console.pass(Array(rest[..<place.lowerBound].utf8))
      try show(plan, console)
      rest = rest[place.upperBound...]
    }
    console.say(String(rest))
  }

  private static let linesAtOnce = 1000

  private static func show(_ plan: PlannedOperations, _ console: Console) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var lines: [Operation] = []
    var separator = "["
    func pass() throws {
      guard !lines.isEmpty else { return }
      // An array without its brackets.
      let text = try encoder.encode(lines).dropFirst().dropLast()
      console.pass(Array(separator.utf8) + text)
      separator = ","
      lines.removeAll(keepingCapacity: true)
    }
    for operation in plan {
      lines.append(Operation(operation))
      if lines.count == linesAtOnce { try pass() }
    }
    try pass()
    console.pass(Array(separator == "[" ? "[]".utf8 : "]".utf8))
  }
}
