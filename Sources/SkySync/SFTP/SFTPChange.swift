/// Carries one target's plan out through SFTP.
struct SFTPChange: Sendable {
  struct Outcome: Sendable {
    var filesSent = 0
    /// Of these, what was read otherwise than it was planned.
    var notable: [PackResult.Sent] = []
    var broken: [(target: Int, problem: Problem)] = []
    var contentBytes: Int64 = 0
    /// Why the target is not all that it should be, beyond single files.
    var failure: String?
  }

  let session: SFTPSession
  private let job: TargetJob
  private let root: [UInt8]
  private let isMissing: Bool
  private let meter: SendMeter

  /// - Parameter isMissing: the target is still to be made.
  init(_ session: SFTPSession, _ job: TargetJob, isMissing: Bool, _ meter: SendMeter) {
    self.session = session
    self.job = job
    root = job.target.path
    self.isMissing = isMissing
    self.meter = meter
  }

  func run() async -> Result<Outcome, SyncError> {
    var outcome = Outcome()
    do throws(SFTPFault) {
      try await change(&outcome)
    } catch {
      switch error {
      case .lost(let error): return .failure(error)
      case .refused(_, let reason): outcome.failure = reason
      }
    }
    return .success(outcome)
  }

  private func there(_ path: [UInt8]) -> [UInt8] { root.joined(path) }

  private func change(_ outcome: inout Outcome) async throws(SFTPFault) {
    guard !job.plan.isEmpty else { return }
    if isMissing { try await makeFolders(root) }
    try await prepare()
    try await remove(&outcome)
    for folder in job.plan.newFolders {
      try await session.makeFolder(there(folder.path), mode: 0o700)
    }
    try await put(&outcome)
    for entry in job.plan.modes {
      let mode = SFTPAttributes(mode: UInt32(entry.mode))
      await attempt(entry.path, &outcome) { () async throws(SFTPFault) in
        try await session.set(there(entry.path), mode)
      }
    }
    for folder in job.plan.folders {
      await attempt(folder.path, &outcome) { () async throws(SFTPFault) in
        try await session.set(there(folder.path), .finishing(folder))
      }
    }
    if let own = job.targetPlan(nil)?.root {
      await attempt([], &outcome) { () async throws(SFTPFault) in
        try await session.set(root, .finishing(own))
      }
    }
    if !job.plan.puts.isEmpty, outcome.filesSent == 0, let first = outcome.broken.first {
      outcome.failure = outcome.failure ?? first.problem.reason
    }
  }

  /// Notes a failure as the whole target's, and goes on.
  private func attempt(
    _ path: [UInt8], _ outcome: inout Outcome, _ body: () async throws(SFTPFault) -> Void
  ) async {
    do { try await body() } catch {
      let name = String(decoding: path, as: UTF8.self)
      outcome.failure = outcome.failure ?? "\(name): \(error.reason ?? "the connection broke")"
    }
  }

  private func makeFolders(_ path: [UInt8]) async throws(SFTPFault) {
    do { return try await session.makeFolder(path, mode: nil) } catch {
      guard error.isMissing, path.count > 1 else { throw error }
    }
    try await makeFolders(path.parentPath)
    try await session.makeFolder(path, mode: nil)
  }

  /// Nothing is touched before each folder on the way is known to be a folder and no link.
  private func prepare() async throws(SFTPFault) {
    for folder in isMissing ? [] : PackList.guarded(job.plan) {
      guard try await session.attributes(there(folder)).kind == .folder else {
        let name = String(decoding: folder, as: UTF8.self)
        throw .refused(code: 4, reason: "\(name): is not a folder any more")
      }
    }
    for folder in job.plan.madeFolders {
      try await session.makeFolder(there(folder), mode: 0o700)
    }
    for move in job.plan.moves { try await session.rename(there(move.from), to: there(move.to)) }
    for folder in job.plan.closedFolders {
      try await session.set(there(folder), SFTPAttributes(mode: 0o700))
    }
  }

  private func remove(_ outcome: inout Outcome) async throws(SFTPFault) {
    for entry in job.plan.deletedFiles {
      await attempt(entry.path, &outcome) { () async throws(SFTPFault) in
        try await session.remove(there(entry.path))
      }
    }
    for path in job.plan.deletedFolders {
      await attempt(path, &outcome) { () async throws(SFTPFault) in
        try await session.removeFolder(there(path))
      }
    }
  }

  // MARK: files and links

  private enum Put: Sendable {
    case sent(FileEntry)
    case broken(String)
    case lost(SyncError)
  }

  private func put(_ outcome: inout Outcome) async throws(SFTPFault) {
    let upload = SFTPUpload(session: session, source: job.source, meter: meter)
    var first: [FileEntry.Identity.Place: [UInt8]] = [:]
    /// Other names of files that are sent, by path.
    var names: [[UInt8]: [UInt8]] = [:]
    for entry in job.plan.puts {
      guard let identity = entry.identity, identity.links > 1, entry.kind == .file else { continue }
      if let name = first[identity.place] {
        names[entry.path] = name
      } else {
        first[identity.place] = entry.path
      }
    }
    let others = names
    let files = job.plan.puts.lazy.filter { others[$0.path] == nil }
    try await side(by: files, &outcome) { entry in
      await put(entry) { () async throws(SFTPFault) in
        try await upload.put(entry, at: there(entry.path))
      }
    }
    guard !others.isEmpty else { return }
    let links = job.plan.puts.lazy.filter { others[$0.path] != nil }
    try await side(by: links, &outcome) { entry in
      await put(entry) { () async throws(SFTPFault) in
        try await upload.putLink(
          entry, at: there(entry.path), of: there(others[entry.path] ?? []))
      }
    }
  }

  private func put(
    _ entry: FileEntry, _ body: () async throws(SFTPFault) -> FileEntry
  ) async -> Put {
    do {
      var sent = try await body()
      sent.path = entry.path
      return .sent(sent)
    } catch {
      switch error {
      case .lost(let error): return .lost(error)
      case .refused(_, let reason): return .broken(reason)
      }
    }
  }

  /// Several files at once.
  private func side(
    by entries: some Sequence<FileEntry>, _ outcome: inout Outcome,
    _ body: @escaping @Sendable (FileEntry) async -> Put
  ) async throws(SFTPFault) {
    let index = job.target.index
    do throws(SyncError) {
      try await SFTPSideBySide.run(entries, size: \.contentSize) {
        entry -> Result<(FileEntry, Put), SyncError> in
        let put = await body(entry)
        if case .lost(let error) = put { return .failure(error) }
        return .success((entry, put))
      } done: { (entry, put) in
        switch put {
        case .sent(let sent):
          outcome.filesSent += 1
          outcome.contentBytes += sent.contentSize
          if sent != entry { outcome.notable.append(PackResult.Sent(target: index, entry: sent)) }
        case .broken(let reason):
          outcome.broken.append((index, Problem(path: entry.path, reason: reason)))
        case .lost: break
        }
      }
    } catch {
      throw .lost(error)
    }
  }
}
