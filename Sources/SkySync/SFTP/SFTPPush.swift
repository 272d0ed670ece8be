/// A push to a node that has SFTP and no shell: each file arrives under another name and is renamed.
struct SFTPPush: Sendable {
  private struct Place: Sendable {
    var target: NodeTarget
    /// The folder is still to be made.
    var isMissing: Bool
  }

  let session: SFTPSession
  let pairs: [SyncPair]
  let options: PushOptions
  let progress: @Sendable (SyncProgress) -> Void

  /// What a report says about such a node.
  static let notice = Problem(
    path: [],
    reason: "the node has only SFTP and no shell: each file takes several round trips, and changed "
      + "files are sent whole")

  func run() async throws(SyncError) -> PushWork {
    let places = try await look()
    var trees: [FileTree] = []
    for pair in pairs { trees.append(try await pair.scan()) }
    var jobs: [TargetJob] = []
    for (index, pair) in pairs.enumerated() {
      var target = places[index].target
      if options.checksum, target.state == .folder {
        target.digests = try await session.digests(of: target.entries, below: target.path)
      }
      jobs.append(try await TargetJob.plan(pair, index, trees[index], target, options))
    }
    var work = PushWork(plans: jobs.map(\.plan), trees: trees, isDryRun: options.dryRun)
    work.failures = jobs.compactMap(\.refusal)
    if !options.dryRun { try await change(jobs, places, &work) }
    if work.failures.count == jobs.count, let first = work.failures.first {
      throw SyncError(
        .cannotWrite, String(decoding: first.path, as: UTF8.self),
        "cannot write on the node: \(first.reason)")
    }
    if !work.plans.isEmpty { work.plans[0].notices.append(Self.notice) }
    work.bytesOut = session.command.bytesOut
    work.bytesIn = await session.bytesIn
    work.roundTrips = await session.roundTrips
    return work
  }

  private func change(
    _ jobs: [TargetJob], _ places: [Place], _ work: inout PushWork
  ) async throws(SyncError) {
    for job in jobs where job.refusal == nil { try job.checkSpace() }
    let meter = SendMeter(
      total: jobs.reduce(0) { $0 + $1.plan.contentBytes },
      files: jobs.reduce(0) { $0 + $1.plan.puts.count }, progress)
    for (job, place) in zip(jobs, places) where job.refusal == nil {
      let change = SFTPChange(session, job, isMissing: place.isMissing, meter)
      let outcome = try await change.run().get()
      work.packed.filesSent += outcome.filesSent
      work.packed.broken += outcome.broken
      work.packed.contentBytes += outcome.contentBytes
      var own = PackResult()
      own.notable = outcome.notable
      own.broken = outcome.broken
      if let failure = outcome.failure {
        work.failures.append(Problem(path: job.target.path, reason: failure))
      }
      try job.remember(own, failed: outcome.failure != nil)
    }
  }

  // MARK: what the node has

  private func look() async throws(SyncError) -> [Place] {
    do throws(SFTPFault) {
      let home = try await session.realPath([UInt8(ascii: ".")])
      var places: [Place] = []
      for (index, pair) in pairs.enumerated() {
        places.append(try await place(of: pair, index, home))
      }
      return places
    } catch {
      throw error.syncError(session.host)
    }
  }

  private func place(
    of pair: SyncPair, _ index: Int, _ home: [UInt8]
  ) async throws(SFTPFault) -> Place {
    let path = pair.target.onNode(home: home)
    if case .contents = pair.shape { return try await folder(path, name: nil, index) }
    let isFolder = try await kind(of: path) == .folder
    if case .fileOrInto = pair.shape, isFolder {
      let name = pair.source.lastComponent.map { [UInt8]($0.string) } ?? []
      return try await folder(path, name: name, index)
    }
    let parent = path.parentPath.isEmpty ? [UInt8.slash] : path.parentPath
    return try await folder(parent, name: path.lastPart, index)
  }

  /// - Parameter name: of the one file that matters; nil: all do.
  private func folder(
    _ path: [UInt8], name: [UInt8]?, _ index: Int
  ) async throws(SFTPFault) -> Place {
    let kind = try await kind(of: path)
    let space = options.dryRun ? 0 : try await freeSpace(path)
    var target = NodeTarget(
      index: index, state: kind == nil || kind == .folder ? .folder : .other, number: space,
      path: path, name: name ?? [])
    guard kind == .folder else { return Place(target: target, isMissing: kind == nil) }
    target.root = try await session.attributes(path, follows: true).entry(at: [])
    if let name {
      do {
        let attributes = try await session.attributes(path.joined(name))
        let link =
          attributes.kind == .link ? try await session.linkTarget(path.joined(name)) : []
        target.entries = EntryList([attributes.entry(at: name, linkTarget: link)])
      } catch {
        if !error.isMissing { throw error }
      }
    } else {
      do throws(SyncError) {
        let tree = try await SFTPListing(session: session)
          .tree(below: path, removesStale: !options.dryRun)
        target.entries = tree.entries
        target.complete = tree.isComplete
      } catch {
        throw .lost(error)
      }
    }
    target.foldsCase = try await foldsCase(target)
    return Place(target: target, isMissing: false)
  }

  /// Asks for one of the names there with its letters swapped.
  private func foldsCase(_ target: NodeTarget) async throws(SFTPFault) -> Bool {
    for name in target.entries.lazy.map(\.path) where !name.contains(.slash) {
      guard let swapped = CaseFolding.swapped(name), !target.entries.contains(swapped) else {
        continue
      }
      do {
        _ = try await session.attributes(target.path.joined(swapped))
        return true
      } catch {
        guard error.reason != nil else { throw error }
        return false
      }
    }
    return false
  }

  /// nil when nothing stands there.
  private func kind(of path: [UInt8]) async throws(SFTPFault) -> SFTPAttributes.Kind? {
    do {
      return try await session.attributes(path, follows: true).kind
    } catch {
      guard error.isMissing else { throw error }
      return nil
    }
  }

  /// 0 when the node cannot tell.
  private func freeSpace(_ path: [UInt8]) async throws(SFTPFault) -> Int64 {
    var folder = path
    while true {
      do {
        return try await session.freeSpace(folder) ?? 0
      } catch {
        guard error.reason != nil else { throw error }
        guard folder.count > 1 else { return 0 }
        folder = folder.parentPath.isEmpty ? [.slash] : folder.parentPath
      }
    }
  }
}

extension SFTPFault {
  /// For what is asked about the node as a whole.
  func syncError(_ host: String) -> SyncError {
    switch self {
    case .lost(let error): error
    case .refused(_, let reason):
      SyncError(.cannotWrite, host, "cannot be looked at through SFTP: \(reason)")
    }
  }
}

extension Array<UInt8> {
  /// The absolute path that a typed one means on the node: `~`, `~/…` and relative ones are in `home`.
  func onNode(home: [UInt8]) -> [UInt8] {
    var path: [UInt8]
    if first == .slash {
      path = self
    } else if isEmpty || self == [UInt8(ascii: "~")] || self == [UInt8(ascii: ".")] {
      path = home
    } else if starts(with: Array("~/".utf8)) {
      path = home.joined(Array(dropFirst(2)))
    } else {
      path = home.joined(self)
    }
    while path.count > 1, path.last == .slash { path.removeLast() }
    return path
  }
}
