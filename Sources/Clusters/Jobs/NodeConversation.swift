import SkySync

/// Reads the answers of a script, line by line, and keeps what else it said for the error message.
actor NodeConversation {
  private let script: NodeScript
  private let complaint: Task<[UInt8], Never>
  private var buffer: [UInt8] = []

  init(_ script: NodeScript) {
    self.script = script
    complaint = Task {
      var bytes: [UInt8] = []
      // Reads to the end although only the end is kept: an undrained stream stops the other one.
      while let piece = try? await script.command.readError() {
        bytes = (bytes + piece).suffix(4096)
      }
      return bytes
    }
  }

  /// The next answer of ours; nil at the end.
  func next() async throws(SyncError) -> [String]? {
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        let line = buffer[..<end]
        buffer = Array(buffer[(end + 1)...])
        if let words = script.words(of: line) { return words }
        continue
      }
      guard let piece = try await script.command.read() else { return nil }
      buffer += piece
    }
  }

  /// Why there was no answer, in the node's own words. Call it at the end only.
  func noAnswer() async -> SyncError {
    let text = String(decoding: await complaint.value, as: UTF8.self)
    let words = text.split(separator: "\n").suffix(2).joined(separator: "; ")
    return SyncError(
      .badAnswer, script.host.name,
      "the job script gave no answer" + (words.isEmpty ? "" : ": \(words)"),
      advice: "see what `ssh \(script.host.name) /bin/sh` says")
  }

  /// What it said on standard error, the last lines. Call it at the end only.
  func complaints() async -> String {
    String(decoding: await complaint.value, as: UTF8.self)
      .split(separator: "\n").suffix(2).joined(separator: "; ")
  }
}
