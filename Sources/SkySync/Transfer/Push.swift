/// Makes folders and files on a node equal to those here.
public enum Push {
  /// Looks at all targets, plans, and sends what differs: one command on the node, two turns at most.
  ///
  /// A reader on the node sees old or new files, never half of one; a new folder appears whole. What fails for
  /// one file or one of several targets is a problem in the report.
  /// - Throws: when the node cannot be used, answers nonsense, or none of the targets could be written.
  public static func run(
    _ pairs: [SyncPair], to host: any CommandHost, options: PushOptions = PushOptions(),
    progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
  ) async throws(SyncError) -> SyncReport {
    try await run(pairs, to: host, options, PackShare(nodes: 1).ticket(), progress)
  }

  /// The same for several nodes side by side: one scan, one read and one compression for all that lack the
  /// same. A slow or dead node does not hold the others.
  /// - Parameter nodes: each with its own pairs, which differ in nothing but their manifests; their scans are
  ///   done once.
  /// - Returns: what became of each node, in their order.
  public static func run(
    _ nodes: [(host: any CommandHost, pairs: [SyncPair])], options: PushOptions = PushOptions(),
    progress: @escaping @Sendable (_ node: Int, SyncProgress) -> Void = { _, _ in }
  ) async -> [Result<SyncReport, SyncError>] {
    guard let first = nodes.first else { return [] }
    let scans = first.pairs.map { OneScan($0.scan) }
    let share = PackShare(nodes: nodes.count)
    return await withTaskGroup(of: (Int, Result<SyncReport, SyncError>).self) { group in
      for (index, node) in nodes.enumerated() {
        var pairs = node.pairs
        for (scan, place) in zip(scans, pairs.indices) { pairs[place].scan = scan.result }
        let own = pairs
        group.addTask {
          let ticket = share.ticket()
          return (index, await outcome(own, node.host, options, ticket) { progress(index, $0) })
        }
      }
      var results: [Int: Result<SyncReport, SyncError>] = [:]
      for await (index, result) in group { results[index] = result }
      return nodes.indices.compactMap { results[$0] }
    }
  }

  // A function of its own: as the body of the task, optimised, it has lost results.
  private static func outcome(
    _ pairs: [SyncPair], _ host: any CommandHost, _ options: PushOptions,
    _ ticket: PackShare.Ticket, _ progress: @escaping @Sendable (SyncProgress) -> Void
  ) async -> Result<SyncReport, SyncError> {
    do throws(SyncError) {
      return .success(try await run(pairs, to: host, options, ticket, progress))
    } catch {
      return .failure(error)
    }
  }

  private static func run(
    _ pairs: [SyncPair], to host: any CommandHost, _ options: PushOptions,
    _ share: PackShare.Ticket,
    _ progress: @escaping @Sendable (SyncProgress) -> Void
  ) async throws(SyncError) -> SyncReport {
    // Whether it came to sending or not, nobody has to wait for this node any more.
    defer { share.pass() }
    let start = ContinuousClock.now
    // A second look needs no second scan.
    let pairs = pairs.map { pair in
      var pair = pair
      pair.scan = OneScan(pair.scan).result
      return pair
    }
    var report = SyncReport(
      source: pairs.map(\.source.string).joined(separator: ", "),
      destination: pairs.map { "\(host.name):\(String(decoding: $0.target, as: UTF8.self))" }
        .joined(separator: ", "))
    progress(SyncProgress(phase: .comparing))
    let work: PushWork
    do throws(SyncError) {
      let conversation = try await PushConversation.start(pairs, host, options)
      work = try await conversation.command.watching {
        await PushRun(pairs, conversation, options, share, progress).result()
      }
    } catch {
      share.pass()
      work = try await FileServer.instead(of: error, on: host, patience: options.patience) {
        session async throws(SyncError) in
        try await SFTPPush(session: session, pairs: pairs, options: options, progress: progress)
          .run()
      }
    }
    work.fill(&report)
    if !work.unpatched.isEmpty {
      report.problems.removeAll { work.unpatched.contains($0.path) }
      var whole = options
      whole.patches = false
      report.add(try await run(pairs, to: host, whole, PackShare(nodes: 1).ticket(), progress))
    }
    report.seconds = (ContinuousClock.now - start) / .seconds(1)
    progress(SyncProgress(phase: .done))
    return report
  }
}
