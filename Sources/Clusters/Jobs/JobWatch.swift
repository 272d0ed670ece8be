import SkySync

/// Stays with a job until it has ended on all its nodes: passes its output on, catches up after a lost
/// connection, and ends the other ranks when one fails.
///
/// The job does not need it; a watch that is cancelled leaves the job as it is.
public struct JobWatch: Sendable {
  /// How to reach a rank after its connection broke. Tries as long as it sees sense in it; what it throws
  /// means that the node is gone, and `nodeGone` that this is known for sure.
  public typealias Reopen = @Sendable (_ rank: Int) async throws(SyncError) -> any CommandHost
  /// Bytes of a rank's log, each once and in order, and the offset after them.
  public typealias Output =
    @Sendable (_ rank: Int, _ bytes: [UInt8], _ offset: Int64) async -> Void

  private let job: JobReference
  private let hosts: [RankedHost]
  private let asking: Duration
  private let reopen: Reopen
  private let output: Output

  /// - Parameter asking: how often each node is asked whether it still follows the log.
  public init(
    _ job: JobReference, on hosts: [RankedHost], asking: Duration = .seconds(10),
    reopen: @escaping Reopen, output: @escaping Output
  ) {
    self.job = job
    self.hosts = hosts
    self.asking = asking
    self.reopen = reopen
    self.output = output
  }

  /// Returns when the job has ended everywhere.
  ///
  /// A node that cannot be reached any more fails the job, and the others are ended; when no other can
  /// be reached either, it is this machine that is cut off: the error is thrown and the job goes on,
  /// unless the node is known to be down.
  ///
  /// - Parameter offsets: where each rank's log goes on; 0 for those not named.
  public func run(from offsets: [Int: Int64] = [:]) async throws(SyncError) -> JobVerdict {
    let ends = EndsOfRanks()
    let results = await resultsInParallel(hosts, width: hosts.count) { host throws(SyncError) in
      do throws(SyncError) {
        let end = try await follow(host, from: offsets[host.rank] ?? 0)
        if end.failure != nil { try await endOthers(than: host.rank, ends) }
        return end
      } catch {
        let isSure = error.code == .nodeGone
        guard error.code != .cancelled, hosts.count > 1 || isSure else { throw error }
        do throws(SyncError) { try await endOthers(than: host.rank, ends) } catch _ {
          guard isSure else { throw error }
        }
        return RankStatus(id: job.id, rank: host.rank, isAlive: false)
      }
    }
    var ranks: [RankStatus] = []
    for result in results { ranks.append(try result.get()) }
    return JobVerdict(ranks, numNodes: hosts.count)
  }

  private func follow(
    _ first: RankedHost, from start: Int64
  ) async throws(SyncError) -> RankStatus {
    let rank = first.rank
    var host = first.host
    let reached = Offset(start)
    while true {
      do throws(SyncError) {
        let end = try await JobLog.read(
          job, rank: rank, from: .offset(await reached.value), following: true, on: host,
          asking: asking
        ) { bytes, offset in
          await output(rank, bytes, offset)
          await reached.move(to: offset)
        }
        guard let end else {
          throw SyncError(.badAnswer, host.name, "knows no job \(job.id) of \(job.cluster)")
        }
        return end.status
      } catch {
        guard error.code == .connectionLost || error.code == .timeout else { throw error }
        host = try await reopen(rank)
      }
    }
  }

  /// Ends all other ranks, once. Throws when none of them could be reached.
  private func endOthers(than rank: Int, _ ends: EndsOfRanks) async throws(SyncError) {
    guard await ends.isFirst() else { return }
    let others = hosts.filter { $0.rank != rank }
    guard !others.isEmpty else { return }
    let results = await resultsInParallel(others, width: others.count) { other throws(SyncError) in
      do throws(SyncError) {
        _ = try await JobCancel.cancel(
          job, rank: other.rank, because: .rank(rank), on: other.host)
      } catch {
        let host = try await reopen(other.rank)
        _ = try await JobCancel.cancel(job, rank: other.rank, because: .rank(rank), on: host)
      }
    }
    guard results.allSatisfy({ (try? $0.get()) == nil }) else { return }
    try results.first?.get()
  }
}

/// How far a rank's log was passed on.
private actor Offset {
  private(set) var value: Int64

  init(_ value: Int64) { self.value = value }

  func move(to value: Int64) { self.value = value }
}

/// Which rank is the one that ends the others.
private actor EndsOfRanks {
  private var isTaken = false

  func isFirst() -> Bool {
    defer { isTaken = true }
    return !isTaken
  }
}
