import SystemPackage

/// What a pull may do.
public struct PullOptions: Sendable {
  /// Change nothing; the report says what would be done.
  public var dryRun = false
  /// Compare the content of files that look alike.
  public var checksum = false
  /// Delete here, in the folders that are pulled, what the node does not have (`--delete`).
  public var mirror = false
  /// Give up when the node says nothing for that long while it is waited for.
  public var patience = Duration.seconds(600)

  public init() {}
}

/// Where a pull brings what it fetches.
public struct PullDestination: Sendable {
  public var path: FilePath
  /// Whether it was written with a slash at its end: then it is a folder, even if it does not exist yet.
  public var isFolder: Bool

  public init(_ path: FilePath, isFolder: Bool) {
    self.path = path
    self.isFolder = isFolder
  }
}

/// Fetches files, folders and what patterns match from a node.
public enum Pull {
  /// Looks at all sources, and fetches what differs here: one command on the node, two turns at most.
  ///
  /// Each file appears by a rename, with its mode and time; what arrived before a cut is not fetched again.
  /// - Parameter sources: paths on the node as typed: absolute, `~/…` or relative to the login folder; those
  ///   that end in a slash stand for the contents of a folder; those that do not exist may be patterns.
  /// - Throws: `noSource` when none of the sources exists.
  public static func run(
    _ sources: [[UInt8]], from host: any CommandHost, to destination: PullDestination,
    options: PullOptions = PullOptions(),
    progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
  ) async throws(SyncError) -> SyncReport {
    let start = ContinuousClock.now
    let names = sources.map { "\(host.name):\(String(decoding: $0, as: UTF8.self))" }
    var report = SyncReport(
      source: names.joined(separator: ", "), destination: destination.path.string)
    progress(SyncProgress(phase: .comparing))
    do throws(SyncError) {
      var run = try await PullRun.start(sources, host, destination, options, progress)
      // What changed while it was packed is there in its new form: one more look fetches that.
      let first = try await run.result()
      first.fill(&report)
      if first.isIncomplete, !options.dryRun {
        run = try await PullRun.start(sources, host, destination, options, progress)
        report.problems = []
        try await run.result().fill(&report)
      }
    } catch {
      let work = try await FileServer.instead(of: error, on: host, patience: options.patience) {
        session async throws(SyncError) in
        try await SFTPPull(
          session: session, sources: sources, destination: destination, options: options,
          progress: progress
        ).run()
      }
      work.fill(&report)
      report.notices.append(SFTPPush.notice)
    }
    report.seconds = (ContinuousClock.now - start) / .seconds(1)
    progress(SyncProgress(phase: .done))
    return report
  }
}
