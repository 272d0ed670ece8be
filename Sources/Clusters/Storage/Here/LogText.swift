import Foundation

/// One line of rclone's log (`--use-json-log`).
struct LogLine: Equatable, Decodable, Sendable {
  var level: String
  var message: String
  /// The object it is about, relative to the remote's path.
  var object: String?
  var stats: Stats?

  /// How far a transfer is.
  struct Stats: Equatable, Decodable, Sendable {
    var bytes: Int64
    var totalBytes: Int64
    var transfers: Int
    var totalTransfers: Int
    var errors: Int
  }

  private enum CodingKeys: String, CodingKey {
    case level, object, stats
    case message = "msg"
  }

  /// nil for a line that is none, such as what a signal handler prints.
  init?(_ line: some StringProtocol) {
    guard line.hasPrefix("{") else {
      self.init(plain: line)
      return
    }
    guard let read = try? JSONDecoder().decode(LogLine.self, from: Data(line.utf8)) else {
      return nil
    }
    self = read
  }

  /// The last words of an rclone before 1.61, which are no JSON: `DATE TIME Failed to lsf: …`.
  private init?(plain line: some StringProtocol) {
    let parts = line.split(separator: " ", maxSplits: 2)
    guard parts.count == 3, parts[0].count == 10, parts[1].count == 8,
      parts[2].hasPrefix("Failed to ")
    else { return nil }
    self.init(level: "notice", message: String(parts[2]))
  }

  init(level: String, message: String, object: String? = nil, stats: Stats? = nil) {
    self.level = level
    self.message = message
    self.object = object
    self.stats = stats
  }

  var isError: Bool { ["error", "critical", "fatal", "panic"].contains(level) }
}

/// The words of programs, cut to what a person needs.
enum LogText {
  static func lastLine(of text: String) -> String {
    text.split(whereSeparator: \.isNewline).last.map(String.init) ?? "it said nothing"
  }

  /// rclone's and the stores' words without request numbers and the chain of Go's packages.
  static func reason(_ message: String) -> String {
    var text = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    for start in ["api error ", "googleapi: ", "dial tcp ", "read tcp ", "write tcp "] {
      guard let range = text.range(of: start) else { continue }
      text = String(text[(start.hasSuffix("tcp ") ? range.lowerBound : range.upperBound)...])
      break
    }
    for start in ["Failed to copy: ", "failed to open source object: ", "Failed to copy with"] {
      if text.hasPrefix(start), text.count > start.count { text.removeFirst(start.count) }
    }
    while text.hasSuffix(".") || text.hasSuffix(" ") { text.removeLast() }
    return text
  }
}
