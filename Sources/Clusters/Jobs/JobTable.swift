import SkySync

/// What the jobs of a cluster are doing, as its nodes say.
public enum JobTable {
  /// All jobs of the cluster that one node knows of, with all ranks it has (several, where nodes share
  /// a home), and the node's clock.
  public struct Listing: Equatable, Sendable {
    /// Seconds since 1970 by the node's clock: what its other times are to be compared with.
    public var now: Int64
    public var ranks: [RankStatus]
  }

  /// What all nodes of a cluster say of its jobs.
  public struct Overview: Sendable {
    /// By job id: what each rank's own node says of it, by rank.
    public var jobs: [Int: [RankStatus]]
    /// The ranks whose nodes did not answer, and why.
    public var unreachable: [Int: SyncError]
  }

  /// Asks all nodes side by side; their times are moved to this machine's clock. Where nodes share a home, each is believed for its own rank only: it
  /// cannot see the processes of the others.
  public static func overview(cluster: String, on hosts: [RankedHost]) async -> Overview {
    let listings = await resultsInParallel(hosts, width: hosts.count) { node throws(SyncError) in
      let listing = try await list(cluster: cluster, on: node.host)
      let ahead = listing.now - Timestamp.now().seconds
      return listing.ranks.filter { $0.rank == node.rank }.map { $0.moved(back: ahead) }
    }
    var overview = Overview(jobs: [:], unreachable: [:])
    for (node, listing) in zip(hosts, listings) {
      switch listing {
      case .success(let ranks):
        for status in ranks { overview.jobs[status.id, default: []] += [status] }
      case .failure(let error): overview.unreachable[node.rank] = error
      }
    }
    for id in overview.jobs.keys { overview.jobs[id]?.sort { $0.rank < $1.rank } }
    return overview
  }

  /// Asks one node, in one round trip; changes nothing.
  public static func list(
    cluster: String, on host: any CommandHost
  ) async throws(SyncError) -> Listing {
    let answers = try await NodeScript.answers(
      JobScripts.list, settings: [("B", JobPlace.folder(cluster))], on: host)
    guard let first = answers.first, first.count == 2, let now = Int64(first[1]),
      answers.last == ["end"]
    else {
      throw SyncError(.connectionLost, host.name, "the list of jobs ended in the middle")
    }
    let ranks = answers.filter { $0.first == "job" }.compactMap(rank)
    return Listing(now: now, ranks: ranks.sorted { ($0.id, $0.rank) < ($1.id, $1.rank) })
  }

  private static func rank(_ words: [String]) -> RankStatus? {
    guard words.count > 3, let id = Int(words[1]), let rank = Int(words[2]) else { return nil }
    return RankStatus(id: id, rank: rank, words: words.dropFirst(3))
  }
}

extension RankStatus {
  /// The same told by a clock that is `seconds` behind; what an answer takes on its way is no difference.
  func moved(back seconds: Int64) -> RankStatus {
    guard abs(seconds) > 2 else { return self }
    var moved = self
    moved.startedAt = startedAt.map { $0 - seconds }
    moved.ending?.at -= seconds
    return moved
  }

  /// Reads what `status` of the scripts prints:
  /// ALIVE PHASE STARTED, the four words of `exit`, CANCEL SIZE COPY; `-` for what is not there.
  init?(id: Int, rank: Int, words: some Collection<String>) {
    let words = Array(words)
    guard words.count == 10, let size = Int64(words[8]) else { return nil }
    self.init(
      id: id, rank: rank, isAlive: words[0] == "1", phase: Phase(rawValue: words[1]),
      startedAt: Int64(words[2]), ending: Ending(words: words[3...6]),
      cancelled: CancelReason(word: words[7]), logSize: size,
      hasOwnCopy: words[9] == "1")
  }
}

extension RankStatus.Ending {
  init?(words: ArraySlice<String>) {
    let words = Array(words)
    guard words.count == 4, let phase = RankStatus.Phase(rawValue: words[0]),
      let code = Int32(words[1]), let at = Int64(words[2])
    else { return nil }
    self.init(phase: phase, code: code, at: at, memoryRanOut: words[3] == "1")
  }
}

extension RankStatus.CancelReason {
  var word: String {
    switch self {
    case .user: "user"
    case .rank(let rank): "rank-\(rank)"
    }
  }

  init?(word: String) {
    if word == "user" {
      self = .user
    } else if word.hasPrefix("rank-"), let rank = Int(word.dropFirst(5)) {
      self = .rank(rank)
    } else {
      return nil
    }
  }
}
