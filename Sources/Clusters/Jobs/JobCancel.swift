import SkySync

/// Ends a job.
public enum JobCancel {
  /// Ends all processes of a rank: TERM first, KILL for what is left after `grace` seconds, also for
  /// processes that left the job's group. Returns when they are gone; a job that has ended stays as it is.
  ///
  /// - Returns: how it is now; nil when the node knows no such job.
  @discardableResult
  public static func cancel(
    _ job: JobReference, rank: Int, because reason: RankStatus.CancelReason, grace: Int = 10,
    on host: any CommandHost
  ) async throws(SyncError) -> RankStatus? {
    try await cancel(job, onlyTask: nil, rank: rank, because: reason, grace: grace, on: host)
  }

  /// Ends all that a node still runs of a cluster's jobs and removes their files: the node is given back.
  public static func clear(cluster: String, on node: RankedHost) async throws(SyncError) {
    for status in try await JobTable.list(cluster: cluster, on: node.host).ranks {
      // Where nodes share a home, the others' are theirs to end.
      guard status.rank == node.rank else { continue }
      try await cancel(
        JobReference(cluster: cluster, id: status.id), rank: node.rank, because: .user, grace: 2,
        on: node.host)
    }
    _ = try await NodeScript.answers(
      JobScripts.remove,
      settings: [("B", JobPlace.folder(cluster)), ("K", String(node.rank))], on: node.host)
  }

  /// As above, and only when the job there is the one of that task id.
  static func cancel(
    _ job: JobReference, onlyTask task: String?, rank: Int,
    because reason: RankStatus.CancelReason, grace: Int, on host: any CommandHost
  ) async throws(SyncError) -> RankStatus? {
    let answers = try await NodeScript.answers(
      JobScripts.cancel,
      settings: JobPlace.settings(job, rank: rank)
        + [
          ("R", reason.word), ("G", String(max(0, grace))), ("ONLY", ShellText.quoted(task ?? "")),
        ],
      on: host)
    guard let answer = answers.last, answer.first == "done" else { return nil }
    return RankStatus(id: job.id, rank: rank, words: answer.dropFirst())
  }
}
