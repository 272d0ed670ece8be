/// How a job is on one node, as that node said.
public struct RankStatus: Equatable, Sendable {
  public enum Phase: String, Sendable { case setup, run }

  /// Why it was told to end.
  public enum CancelReason: Equatable, Sendable {
    case user
    /// That rank failed before.
    case rank(Int)
  }

  /// How its command ended.
  public struct Ending: Equatable, Sendable {
    public var phase: Phase
    /// As the shell has it: 128 + the signal's number for a command that a signal ended.
    public var code: Int32
    /// Seconds since 1970 by the node's clock.
    public var at: Int64
    /// The kernel killed processes of the node for want of memory while it ran.
    public var memoryRanOut: Bool

    public init(phase: Phase, code: Int32, at: Int64, memoryRanOut: Bool) {
      self.phase = phase
      self.code = code
      self.at = at
      self.memoryRanOut = memoryRanOut
    }
  }

  public var id: Int
  public var rank: Int
  /// Its process is there.
  public var isAlive: Bool
  public var phase: Phase?
  /// Seconds since 1970 by the node's clock.
  public var startedAt: Int64?
  public var ending: Ending?
  public var cancelled: CancelReason?
  /// The length of its log, in bytes.
  public var logSize: Int64
  /// Runs in a copy of the workdir of its own, which no sync changes.
  public var hasOwnCopy: Bool

  public init(
    id: Int, rank: Int, isAlive: Bool, phase: Phase? = nil, startedAt: Int64? = nil,
    ending: Ending? = nil, cancelled: CancelReason? = nil, logSize: Int64 = 0,
    hasOwnCopy: Bool = false
  ) {
    self.id = id
    self.rank = rank
    self.isAlive = isAlive
    self.phase = phase
    self.startedAt = startedAt
    self.ending = ending
    self.cancelled = cancelled
    self.logSize = logSize
    self.hasOwnCopy = hasOwnCopy
  }
}

extension RankStatus {
  public var state: JobState {
    if let ending {
      if ending.code == 0 { return .succeeded }
      if cancelled == .user { return .cancelled }
      return ending.phase == .setup ? .failedSetup : .failed
    }
    if isAlive {
      switch phase {
      case nil: return .pending
      case .setup: return .settingUp
      case .run: return .running
      }
    }
    return cancelled == .user ? .cancelled : .failed
  }

  /// From its turn to its end, by one clock.
  var seconds: Int64? {
    guard let startedAt, let ending else { return nil }
    return max(0, ending.at - startedAt)
  }

  /// Its process is gone and left no word: the node was restarted, or it was killed from outside.
  public var isLost: Bool { ending == nil && !isAlive }

  /// Why it failed, as the end of a sentence about the node; nil when it did not.
  public var failure: String? {
    guard state.isFinal, state != .succeeded else { return nil }
    switch cancelled {
    case .user: return "was cancelled"
    case .rank(let other): return "was ended because rank \(other) failed"
    case nil: break
    }
    guard let ending else {
      return "lost its job: the node was restarted, or the job's own process was killed"
    }
    let what = ending.phase == .setup ? "failed in its setup: " : "failed: "
    return what + ExitWords.describe(ending)
  }
}

/// What an exit code says.
enum ExitWords {
  static func describe(_ ending: RankStatus.Ending) -> String {
    guard ending.code > 128, let name = signals[ending.code - 128] else {
      return "exit code \(ending.code)"
    }
    let words = "exit code \(ending.code), that is SIG\(name)"
    guard ending.memoryRanOut, name == "KILL" else { return words }
    return words + "; the node had run out of memory"
  }

  /// signal(7), those with which programs end; the numbers are the same on Linux and macOS but for BUS.
  private static let signals: [Int32: String] = [
    1: "HUP", 2: "INT", 3: "QUIT", 4: "ILL", 5: "TRAP", 6: "ABRT", 7: "BUS", 8: "FPE", 9: "KILL",
    11: "SEGV", 13: "PIPE", 14: "ALRM", 15: "TERM", 24: "XCPU", 25: "XFSZ",
  ]
}
