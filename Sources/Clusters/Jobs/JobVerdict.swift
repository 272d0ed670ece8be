/// How a whole job stands, from how it is on each of its nodes. Pure.
public struct JobVerdict: Equatable, Sendable {
  public var state: JobState
  /// By rank; nil for a node whose command has not ended or left no word.
  public var exitCodes: [Int32?]
  /// The rank whose failure decided, where there is one.
  public var failedRank: Int?
  /// The end of a sentence about that rank: `failed: exit code 7`. Nil when nothing failed.
  public var reason: String?
  /// How long it ran from its turn to its end; nil as long as that is not known.
  public var seconds: Int64?

  /// - Parameter ranks: all of one job; a rank that no node told of counts as pending.
  public init(_ ranks: [RankStatus], numNodes: Int) {
    let byRank = Dictionary(ranks.map { ($0.rank, $0) }) { first, _ in first }
    let all = (0..<numNodes).map { byRank[$0] }
    exitCodes = all.map { $0?.ending?.code }
    let culprit = Self.culprit(ranks)
    failedRank = culprit?.rank
    reason = culprit?.failure
    seconds = ranks.compactMap(\.seconds).max()
    state = Self.state(all.map { $0?.state ?? .pending }, culprit: culprit)
  }

  /// What a command that waited for the job ends with: the code of the rank that failed first.
  public var exitCode: Int32 {
    guard state.isFinal, state != .succeeded else { return 0 }
    let own = failedRank.flatMap { exitCodes.indices.contains($0) ? exitCodes[$0] : nil }
    return own ?? 1
  }

  /// One that the user ended, as the others may have failed for want of it; else the first that failed
  /// by itself.
  private static func culprit(_ ranks: [RankStatus]) -> RankStatus? {
    let failed = ranks.filter { $0.failure != nil }
    return failed.min { order($0) < order($1) }
  }

  private static func order(_ status: RankStatus) -> (Int, Int64, Int) {
    let kind: Int =
      switch status.cancelled {
      case .user: 0
      case nil: 1
      case .rank: 2
      }
    return (kind, status.ending?.at ?? .max, status.rank)
  }

  private static func state(_ states: [JobState], culprit: RankStatus?) -> JobState {
    if states.allSatisfy(\.isFinal) {
      return culprit.map { $0.cancelled == nil ? $0.state : .cancelled } ?? .succeeded
    }
    if states.contains(.running) || states.contains(.succeeded) { return .running }
    return states.contains(.settingUp)
      ? .settingUp : states.contains(.pending) ? .pending : .running
  }
}
