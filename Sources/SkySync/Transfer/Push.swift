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
    let start = ContinuousClock.now
    var report = SyncReport(
      source: pairs.map(\.source.string).joined(separator: ", "),
      destination: pairs.map { "\(host.name):\(String(decoding: $0.target, as: UTF8.self))" }
        .joined(separator: ", "))
    progress(SyncProgress(phase: .comparing))
    let conversation = try await PushConversation.start(pairs, host, options)
    let work = try await conversation.command.watching {
      await PushRun(pairs, conversation, options, progress).result()
    }
    work.fill(&report)
    report.seconds = (ContinuousClock.now - start) / .seconds(1)
    progress(SyncProgress(phase: .done))
    return report
  }
}
