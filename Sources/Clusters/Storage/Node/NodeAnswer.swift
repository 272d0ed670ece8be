import SkySync

/// What a script on a node said: its lines `::sky WORD TEXT`, in order.
struct NodeAnswer: Equatable {
  struct Line: Equatable {
    var word: String
    var text: String

    /// nil for what a login script or a program printed.
    init?(_ line: Substring) {
      let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.first == "::sky", parts.count == 3 else { return nil }
      word = String(parts[1])
      text = String(parts[2])
    }
  }

  var lines: [Line] = []
  /// rclone's own log of a copy.
  var log: [LogLine] = []
  var outcome: RemoteOutcome

  func texts(_ word: String) -> [String] { lines.filter { $0.word == word }.map(\.text) }

  /// The failure that the script named: its class and its words.
  var failure: (word: String, text: String)? {
    guard let text = texts("fail").last else { return nil }
    let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
  }
}

/// Splits a stream of bytes into lines.
struct LineSplitter {
  private var rest: [UInt8] = []

  mutating func lines(_ bytes: [UInt8]) -> [Substring] {
    rest += bytes
    guard let end = rest.lastIndex(of: 0x0a) else { return [] }
    let text = String(decoding: rest[..<end], as: UTF8.self)
    rest.removeFirst(end + 1)
    return text.split(separator: "\n")
  }
}
