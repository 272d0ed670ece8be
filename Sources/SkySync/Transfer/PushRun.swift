import SystemPackage

/// What was planned and done for all targets of one push.
struct PushWork: Sendable {
  var plans: [SyncPlan] = []
  var packed = PackResult()
  var failures: [Problem] = []
  var trees: [FileTree] = []
  var bytesOut: Int64 = 0
  var bytesIn: Int64 = 0
  var roundTrips = 1
  var isDryRun = false
  /// Files of which the node could not make the new version from what it has.
  var unpatched: Set<[UInt8]> = []

  /// What was packed as one of these patches does not stand on the node.
  mutating func leaveOut(_ patches: [Int]) {
    for file in packed.notable {
      guard let number = file.patch, patches.contains(number) else { continue }
      unpatched.insert(file.entry.path)
      let problem = Problem(path: file.entry.path, reason: "could not be patched on the node")
      packed.broken.append((file.target, problem))
      packed.filesSent -= 1
    }
    packed.notable.removeAll { $0.patch.map(patches.contains) ?? false }
  }

  func fill(_ report: inout SyncReport) {
    for plan in plans {
      report.filesUnchanged += plan.unchanged
      report.filesDeleted += isDryRun ? 0 : plan.deletedFiles.count
      report.filesMoved += isDryRun ? 0 : plan.movedFiles
      report.notices += plan.notices
      report.problems += plan.problems
    }
    report.filesSent = packed.filesSent
    report.bytesContent = packed.contentBytes
    report.problems += trees.flatMap(\.problems) + packed.broken.map(\.problem) + failures
    report.bytesWireOut = bytesOut
    report.bytesWireIn = bytesIn
    report.roundTrips = roundTrips
    if isDryRun { report.plan = PlannedOperations(plans.map(\.operations)) }
  }
}

/// One push to one node, from its answer on.
struct PushRun {
  private let pairs: [SyncPair]
  private let conversation: PushConversation
  private let options: PushOptions
  private let share: PackShare.Ticket
  private let progress: @Sendable (SyncProgress) -> Void

  /// A slow disk makes fifty files a second.
  private static let patienceForFile = Duration.milliseconds(20)

  init(
    _ pairs: [SyncPair], _ conversation: PushConversation, _ options: PushOptions,
    _ share: PackShare.Ticket, _ progress: @escaping @Sendable (SyncProgress) -> Void
  ) {
    self.pairs = pairs
    self.conversation = conversation
    self.options = options
    self.share = share
    self.progress = progress
  }

  func result() async -> Result<PushWork, SyncError> {
    do throws(SyncError) {
      return .success(try await work())
    } catch {
      // The node may be waiting for us: nothing of it is waited for any more.
      await conversation.command.abandon()
      return .failure(error)
    }
  }

  private func work() async throws(SyncError) -> PushWork {
    async let scanned = scanAll()
    var frames = conversation.frames
    let answer = try await conversation.answer(&frames)
    let trees = try await scanned.get()
    var jobs: [TargetJob] = []
    for (index, pair) in pairs.enumerated() {
      jobs.append(
        try await TargetJob.plan(
          pair, index, trees[index], answer.targets[index], options, buckets: answer.buckets))
    }
    var work = PushWork(plans: jobs.map(\.plan), trees: trees, isDryRun: options.dryRun)
    if options.dryRun || jobs.allSatisfy({ $0.plan.isEmpty }) {
      try await conversation.sayGoodbye()
      work.failures = jobs.compactMap(\.refusal)
      try failIfNothingWorked(jobs, work)
      if !options.dryRun {
        for job in jobs { try job.remember(PackResult(), failed: false) }
      }
    } else {
      for job in jobs { try job.checkSpace() }
      try await transfer(jobs, answer, &frames, &work)
    }
    work.bytesOut += Int64(conversation.commandLength) + conversation.command.bytesOut
    work.bytesIn = frames.bytesRead
    return work
  }

  private func scanAll() async -> Result<[FileTree], SyncError> {
    var trees: [FileTree] = []
    for pair in pairs {
      do {
        trees.append(try await pair.scan())
      } catch {
        return .failure(error)
      }
    }
    return .success(trees)
  }

  private func transfer(
    _ jobs: [TargetJob], _ answer: NodeAnswer, _ frames: inout FrameReader, _ work: inout PushWork
  ) async throws(SyncError) {
    var packed = PackList(jobs.map { $0.targetPlan(answer.checker) })
    packed.keepsHoles = answer.unpacksHoles
    let list = packed
    // All of many small files may be on the way at once, and the node says nothing until the last one is in place.
    conversation.command.wait(longerBy: Self.patienceForFile * list.count)
    let meter = SendMeter(
      total: list.contentBytes, files: list.count, sizes: list.sizes, progress)
    // Packs ahead while the node is asked.
    async let joined = share.join(
      list, from: jobs.map(\.source), canDecompress: answer.canDecompress)
    let lanes: Lanes?
    do throws(SyncError) {
      lanes =
        list.leastBytes > options.laneBytes
        ? try await conversation.lanes(from: options.laneRoundTrip, &frames) : nil
    } catch {
      await joined.leave()
      throw error
    }
    let stream = await joined
    var reader = frames
    let orders = list.orders + jobs.flatMap(\.order)
    async let sending = send(stream, list, orders, lanes, meter)
    let outcome: NodeOutcome
    do {
      outcome = try await conversation.outcome(&reader, lanes)
      stream.leave()
      await lanes?.close(failed: !outcome.received)
    } catch {
      stream.leave()
      await lanes?.close(failed: true)
      await conversation.command.abandon()
      _ = await sending
      throw error
    }
    frames = reader
    let sent = await sending
    if outcome.received {
      try sent.get()
      work.packed = try stream.result()
      work.leaveOut(outcome.unpatched)
    }
    work.roundTrips = list.leastBytes > options.laneBytes ? 3 : 2
    work.bytesOut += lanes?.bytesOut ?? 0
    try conclude(jobs, outcome, &work)
  }

  private func send(
    _ stream: PackShare.Place, _ list: PackList, _ orders: [UInt8], _ lanes: Lanes?,
    _ meter: SendMeter
  ) async -> Result<Void, SyncError> {
    do throws(SyncError) {
      try await conversation.send(
        stream, of: list.count, after: orders, through: lanes, progress: meter.reach)
      return .success(())
    } catch {
      stream.leave()
      // With one of several channels gone, the node waits for the rest of the stream.
      if lanes != nil { try? await conversation.command.finishInput() }
      return .failure(error)
    }
  }

  private func conclude(
    _ jobs: [TargetJob], _ outcome: NodeOutcome, _ work: inout PushWork
  ) throws(SyncError) {
    for (index, job) in jobs.enumerated() {
      if let refusal = job.refusal {
        work.failures.append(refusal)
      } else if let failure = outcome.failures[index] {
        work.failures.append(Problem(path: job.target.path, reason: failure))
      }
      if outcome.received {
        try job.remember(work.packed, failed: outcome.failures[index] != nil)
      }
    }
    try failIfNothingWorked(jobs, work)
  }

  private func failIfNothingWorked(_ jobs: [TargetJob], _ work: PushWork) throws(SyncError) {
    guard work.failures.count == jobs.count, let first = work.failures.first else { return }
    throw SyncError(
      .cannotWrite, String(decoding: first.path, as: UTF8.self),
      "cannot write on the node: \(first.reason)")
  }
}
