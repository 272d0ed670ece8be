import SkySync

/// Both streams of the `follow` script: the log on standard output, how the job ended on standard error.
///
/// The node says how long the log is once the job has ended; the reading ends when that much has come.
actor LogReading {
  private let script: NodeScript
  private let job: JobReference
  private let rank: Int
  private let following: Bool
  private var offset: Int64?
  private var status: RankStatus?
  private var inputIsShut = false

  init(_ script: NodeScript, job: JobReference, rank: Int, following: Bool) {
    self.script = script
    self.job = job
    self.rank = rank
    self.following = following
  }

  /// Reads standard error to its end; nil when it ended without the status.
  func awaitStatus() async -> RankStatus? {
    var lines: [UInt8] = []
    while let piece = try? await script.command.readError() {
      lines += piece
      while let end = lines.firstIndex(of: UInt8(ascii: "\n")) {
        if let words = script.words(of: lines[..<end]), words.first == "end" {
          status = RankStatus(id: job.id, rank: rank, words: words.dropFirst())
          await shutWhenComplete()
        }
        lines = Array(lines[(end + 1)...])
      }
      // Not ours, and no line: a node may say anything.
      lines = lines.suffix(4096)
    }
    return status
  }

  /// Gives out the log; returns the offset after it, nil when there is none.
  func pass(
    to output: @Sendable (_ bytes: [UInt8], _ offset: Int64) async -> Void
  ) async throws(SyncError) -> Int64? {
    guard let (start, rest) = try await header() else { return nil }
    offset = start
    var piece: [UInt8]? = rest
    while let bytes = piece {
      await give(bytes, to: output)
      await shutWhenComplete()
      piece = try await script.command.read()
    }
    return offset
  }

  /// Reads up to our first line: where the log begins, and what of it came along.
  private func header() async throws(SyncError) -> (Int64, [UInt8])? {
    var buffer: [UInt8] = []
    while let piece = try await script.command.read() {
      buffer += piece
      while let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        let words = script.words(of: buffer[..<end])
        buffer = Array(buffer[(end + 1)...])
        if words == ["none"] { return nil }
        if let words, words.count == 2, let start = Int64(words[1]) { return (start, buffer) }
      }
    }
    throw SyncError(
      .connectionLost, script.host.name, "the log of job \(job.id), rank \(rank), did not begin")
  }

  /// What was written after the job had ended is not part of its log.
  private func give(
    _ bytes: [UInt8], to output: @Sendable (_ bytes: [UInt8], _ offset: Int64) async -> Void
  ) async {
    guard let before = offset else { return }
    let room = status.map { max(0, $0.logSize - before) } ?? .max
    let wanted = following ? Array(bytes.prefix(Int(clamping: room))) : bytes
    guard !wanted.isEmpty else { return }
    let after = before + Int64(wanted.count)
    offset = after
    await output(wanted, after)
  }

  /// Ends the script once the job has ended and its whole log is here.
  private func shutWhenComplete() async {
    guard following, !inputIsShut, let status, let offset, offset >= status.logSize else { return }
    inputIsShut = true
    try? await script.command.finishInput()
  }
}
