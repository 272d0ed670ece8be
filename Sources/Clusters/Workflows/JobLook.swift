import SkySync

/// What the nodes of a cluster, and its provider for those that are silent, say of its jobs.
struct JobLook {
  struct Rank: Sendable {
    var status: RankStatus
    /// nil for a node that is gone.
    var host: (any CommandHost)?
  }

  struct Answer: Sendable {
    var jobs: [Int: [Rank]] = [:]
    /// Nodes that the provider knows to be down.
    var gone: Set<Int> = []
    /// Nodes that may be up and do not answer.
    var silent: Set<Int> = []
    /// Nodes that answered, and no job can be about to start on them: what they do not know is not there.
    var sure: Set<Int> = []

    /// All ranks of the job that anything is known of; those on nodes that are gone, or that do not know it
    /// while others do, are lost.
    func ranks(of job: JobRecord) -> [Rank] {
      let told = jobs[job.id] ?? []
      let unknown = told.isEmpty ? [] : sure.subtracting(told.map(\.status.rank))
      let lost = gone.union(unknown).filter { $0 < job.exitCodes.count }.map { rank in
        Rank(status: RankStatus(id: job.id, rank: rank, isAlive: false), host: nil)
      }
      return (told + lost).sorted { $0.status.rank < $1.status.rank }
    }

    func endingFailed(_ job: JobRecord) async -> [RankStatus] {
      await JobLook.endFailed(JobReference(cluster: job.cluster, id: job.id), ranks(of: job))
    }
  }

  /// Where a rank failed and nobody was there to end the others, it is done now; nodes that cannot reach
  /// each other cannot do it. Returns how all ranks are then.
  static func endFailed(_ job: JobReference, _ ranks: [Rank]) async -> [RankStatus] {
    let failed = ranks.map(\.status).filter { $0.failure != nil && $0.cancelled == nil }
    guard let first = failed.min(by: { $0.rank < $1.rank }) else { return ranks.map(\.status) }
    return await resultsInParallel(ranks) { rank throws(SyncError) in
      guard let host = rank.host, !rank.status.state.isFinal else { return rank.status }
      return try await JobCancel.cancel(
        job, rank: rank.status.rank, because: .rank(first.rank), on: host) ?? rank.status
    }.enumerated().map { index, result in (try? result.get()) ?? ranks[index].status }
  }

  let context: ClusterContext
  let cluster: ClusterRecord

  /// Throws when no node answers and none is known to be down.
  ///
  /// - Parameter alone: nobody else works with the cluster meanwhile.
  func take(alone: Bool) async throws -> Answer {
    let nodes = try await context.state.nodes(of: cluster.name)
    let reached = await Reach(context: context).each(nodes)
    let hosts = reached.compactMap { try? $0.get() }
      .map { RankedHost(rank: $0.rank, host: $0.host) }
    let overview = await JobTable.overview(cluster: cluster.name, on: hosts)
    var answer = Answer()
    for (id, ranks) in overview.jobs {
      answer.jobs[id] = ranks.map { status in
        Rank(status: status, host: hosts.first { $0.rank == status.rank }?.host)
      }
    }
    let answered = Set(hosts.map(\.rank)).subtracting(overview.unreachable.keys)
    if alone { answer.sure = answered }
    answer.silent = Set(nodes.map(\.rank)).subtracting(answered)
    guard !answer.silent.isEmpty else { return answer }
    answer.gone = try await down(among: answer.silent)
    answer.silent.subtract(answer.gone)
    if answered.isEmpty, answer.gone.isEmpty {
      for result in reached { _ = try result.get() }
      if let error = overview.unreachable.values.first { throw error }
    }
    for node in nodes where answer.silent.contains(node.rank) {
      context.report(.notice("\(node.alias) does not answer: what it runs is not known"))
    }
    return answer
  }

  private func down(among silent: Set<Int>) async throws -> Set<Int> {
    let provider = try context.provider(cluster.infra)
    guard provider.seesNodesFromOutside else { return [] }
    let states = try await provider.nodes(of: context.spec(cluster))
    return Set(states.filter { $0.state != .up }.map(\.rank)).intersection(silent)
  }
}
