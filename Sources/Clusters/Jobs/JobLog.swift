import SkySync

/// The log of one rank of a job, as it is and as it grows.
public enum JobLog {
  public enum Start: Equatable, Sendable {
    /// Byte 0 is the first; what was seen before a lost connection is not seen again.
    case offset(Int64)
    /// As many lines from the end.
    case lastLines(Int)
  }

  /// What a look at the log led to.
  public struct End: Equatable, Sendable {
    /// The offset of the byte after the last that was given out.
    public var offset: Int64
    /// How the rank was then; has ended when the log was followed.
    public var status: RankStatus
  }

  /// Gives out the log of `rank` from `start`; with `following` until the job has ended there, else what
  /// there is. One command on the node, woken by the system and not by a clock.
  ///
  /// - Parameters:
  ///   - asking: how often the follower is asked whether it still works; `connectionLost` when it does not
  ///     answer three times.
  ///   - output: gets every byte once, in order, and the offset after the last of them: where to go on after
  ///     `connectionLost`.
  /// - Returns: nil when the node knows no such job.
  public static func read(
    _ job: JobReference, rank: Int, from start: Start, following: Bool, on host: any CommandHost,
    asking: Duration = .seconds(10),
    output: @Sendable (_ bytes: [UInt8], _ offset: Int64) async -> Void
  ) async throws(SyncError) -> End? {
    let settings =
      JobPlace.settings(job, rank: rank) + start.settings + [("F", following ? "1" : "0")]
    let script = try await NodeScript.start(JobScripts.follow, settings: settings, on: host)
    let reading = LogReading(script, job: job, rank: rank, following: following)
    let status = Task { await reading.awaitStatus() }
    let questions = following ? Task { await reading.keepAsking(every: asking) } : nil
    defer { questions?.cancel() }
    do throws(SyncError) {
      guard let offset = try await reading.pass(to: output) else {
        _ = try await script.command.outcome()
        return nil
      }
      guard let ended = await status.value else {
        throw SyncError(
          .connectionLost, host.name, "the log of job \(job.id), rank \(rank), broke off")
      }
      // All that there is to know is known; only a shell that was killed does not end well.
      _ = try? await script.command.outcome()
      return End(offset: offset, status: ended)
    } catch {
      await script.command.abandon()
      throw error
    }
  }
}

extension JobLog.Start {
  fileprivate var settings: [(String, String)] {
    switch self {
    case .offset(let offset): [("O", String(max(0, offset))), ("N", "''")]
    case .lastLines(let count): [("O", "0"), ("N", String(max(0, count)))]
    }
  }
}
