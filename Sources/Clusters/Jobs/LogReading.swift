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
  /// Somebody takes what was read: as long as that lasts, nothing more is read.
  private var isGiving = false
  private var hasAnswered = false
  private var isAsking = false
  /// The follower on the node was given up.
  private var isSilent = false

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
        if let words = script.words(of: lines[..<end]) {
          hasAnswered = true
          if words.first == "end", status == nil {
            status = RankStatus(id: job.id, rank: rank, words: words.dropFirst())
            await shutWhenComplete()
          }
        }
        lines = Array(lines[(end + 1)...])
      }
      // Not ours, and no line: a node may say anything.
      lines = lines.suffix(4096)
    }
    return status
  }

  /// Asks the follower at each interval whether it works, and ends the command when three in a row brought
  /// neither an answer nor, after the end, the end of it. Returns when the calling task is cancelled.
  func keepAsking(every interval: Duration) async {
    // The first interval is before the first question.
    var silent = -1
    while silent < 3 {
      do { try await Task.sleep(for: interval) } catch { return }
      silent = hasAnswered || isGiving ? 0 : silent + 1
      hasAnswered = false
      // Apart: a question that nobody takes must not hold up the counting.
      if !isAsking, !inputIsShut { Task { await ask() } }
    }
    isSilent = true
    await script.command.abandon()
  }

  private func ask() async {
    isAsking = true
    try? await script.command.write(Array("there\n".utf8))
    isAsking = false
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
      piece = try await next()
    }
    if isSilent, !isComplete { throw brokeOff() }
    return offset
  }

  private func next() async throws(SyncError) -> [UInt8]? {
    do throws(SyncError) {
      return try await script.command.read()
    } catch {
      guard isSilent else { throw error }
      return nil
    }
  }

  private func brokeOff() -> SyncError {
    SyncError(
      .connectionLost, script.host.name,
      "the log of job \(job.id), rank \(rank), broke off: what follows it there does not answer")
  }

  /// Reads up to our first line: where the log begins, and what of it came along.
  private func header() async throws(SyncError) -> (Int64, [UInt8])? {
    var buffer: [UInt8] = []
    while let piece = try await next() {
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
    isGiving = true
    await output(wanted, after)
    isGiving = false
  }

  /// Ends the script once the job has ended and its whole log is here.
  private func shutWhenComplete() async {
    guard following, !inputIsShut, isComplete else { return }
    inputIsShut = true
    try? await script.command.finishInput()
  }

  private var isComplete: Bool {
    guard let status, let offset else { return false }
    return offset >= status.logSize
  }
}
