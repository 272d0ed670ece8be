import SkySync

/// A node of a job, and the way to it.
public struct RankedHost: Sendable {
  public var rank: Int
  public var host: any CommandHost

  public init(rank: Int, host: any CommandHost) {
    self.rank = rank
    self.host = host
  }
}

/// Starts a job on all its nodes, or on none.
///
/// The job is detached: it goes on when the connection, or this machine, goes away.
public enum JobLauncher {
  /// Returns when the job runs on every node. Each node gets everything and says that it is ready before
  /// the first one starts; when one does not, none does. After an error nothing of it runs on any node
  /// that can be reached: start another with a new id. Where a job of this `taskID` was started before,
  /// it is left as it is.
  ///
  /// - Parameter hosts: every rank of the job, once.
  public static func start(_ job: JobSpec, on hosts: [RankedHost]) async throws(SyncError) {
    try check(job, hosts)
    let starts = await resultsInParallel(hosts, width: hosts.count) { host throws(SyncError) in
      try await PreparedStart.prepare(job, on: host)
    }
    do throws(SyncError) {
      let ready = try starts.map { result throws(SyncError) in try result.get() }
      let outcomes = await resultsInParallel(ready, width: ready.count) { start throws(SyncError) in
        try await start.go()
      }
      for outcome in outcomes { try outcome.get() }
    } catch {
      for case .success(let start) in starts { await start.giveUp() }
      await undo(job, on: hosts)
      throw error
    }
  }

  /// Some may have started before another failed to.
  private static func undo(_ job: JobSpec, on hosts: [RankedHost]) async {
    _ = await resultsInParallel(hosts, width: hosts.count) { host throws(SyncError) in
      try await JobCancel.cancel(
        job.reference, onlyTask: job.taskID, rank: host.rank, because: .user, grace: 0,
        on: host.host)
    }
  }

  private static func check(_ job: JobSpec, _ hosts: [RankedHost]) throws(SyncError) {
    let bad = job.variables.first { !isIdentifier($0.name) || $0.value.contains("\0") }
    if let bad {
      throw SyncError(
        .unsupported, bad.name, "cannot be an environment variable",
        advice: "names are letters, digits and _, values hold no NUL byte")
    }
    if [job.setup, job.run].contains(where: { $0?.contains("\0") == true }) {
      throw SyncError(.unsupported, "\(job.reference.cluster)", "a script holds a NUL byte")
    }
    let names = [job.taskID, job.reference.cluster]
    precondition(names.allSatisfy(isName), "names of jobs become names of files")
    precondition(Set(hosts.map(\.rank)) == Set(job.nodeIPs.indices), "a job has all its ranks")
  }

  private static func isIdentifier(_ name: String) -> Bool {
    let letters = name.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
    return letters && name.utf8.first.map { !isDigit($0) } ?? false
  }

  private static func isName(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix(".")
      && name.utf8.allSatisfy { isLetter($0) || isDigit($0) || "-_.".utf8.contains($0) }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
