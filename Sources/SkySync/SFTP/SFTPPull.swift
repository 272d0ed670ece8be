#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A pull from a node that has SFTP and no shell: file by file, several at once.
struct SFTPPull: Sendable {
  let session: SFTPSession
  let sources: [[UInt8]]
  let destination: PullDestination
  let options: PullOptions
  let progress: @Sendable (SyncProgress) -> Void

  func run() async throws(SyncError) -> PullWork {
    var targets = try await SFTPSources(session).targets(sources)
    guard targets.contains(where: { $0.state != .absent }) else {
      let names = sources.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ", ")
      throw SyncError(.noSource, "\(session.host):\(names)", "does not exist on the node")
    }
    if options.checksum {
      for index in targets.indices {
        targets[index].digests = try await session.digests(
          of: targets[index].entries, below: targets[index].path)
      }
    }
    let place = try PullPlace(destination, targets, create: !options.dryRun)
    var work = PullWork(isDryRun: options.dryRun)
    work.plan = try await place.plan(targets, options)
    work.problems = targets.filter { $0.state == .absent }.map {
      Problem(path: $0.path, reason: "does not exist on the node")
    }
    if !options.dryRun, let folder = place.folder {
      let setting = PullSetting(folder: folder, plan: work.plan)
      work.problems += setting.prepare(&work.deleted)
      try await fetch(into: folder, &work)
      work.problems += setting.finish()
    }
    work.bytesOut = session.command.bytesOut
    work.bytesIn = await session.bytesIn
    work.roundTrips = await session.roundTrips
    return work
  }

  private enum Fetched: Sendable {
    case arrived
    case broken(String)
    case lost(SyncError)
  }

  private func fetch(into folder: LocalFolder, _ work: inout PullWork) async throws(SyncError) {
    let wanted = work.plan.wanted
    guard !wanted.isEmpty else { return }
    let meter = SendMeter(total: work.plan.contentBytes, files: wanted.count, progress)
    var (arrived, contentBytes, problems) = (0, Int64(0), [Problem]())
    try await SFTPSideBySide.run(wanted, size: \.entry.contentSize) {
      item -> Result<(PullPlan.Wanted, Fetched), SyncError> in
      let result = await fetch(item, into: folder, meter)
      if case .lost(let error) = result { return .failure(error) }
      return .success((item, result))
    } done: { (item, result) in
      switch result {
      case .broken(let reason):
        problems.append(Problem(path: item.entry.path, reason: reason))
      default:
        arrived += 1
        contentBytes += item.entry.contentSize
      }
    }
    work.arrived += arrived
    work.contentBytes += contentBytes
    work.problems += problems
  }

  private func fetch(
    _ item: PullPlan.Wanted, into folder: LocalFolder, _ meter: SendMeter
  ) async -> Fetched {
    let entry = item.entry
    let temporary = entry.path.parentPath.joined(
      [UInt8](".sky-pull.\(PushConversation.randomHex())"))
    do throws(SFTPFault) {
      let failure: String?
      if entry.kind == .link {
        failure = await SFTPDisk.run {
          folder.link(temporary, to: entry.linkTarget, mtime: entry.mtime)
        }
      } else {
        failure = try await content(item, to: temporary, in: folder, meter)
      }
      let final = await SFTPDisk.run { failure ?? folder.move(temporary, to: entry.path) }
      guard let final else { return .arrived }
      _ = await SFTPDisk.run { folder.remove(temporary, isFolder: false) }
      return .broken(final)
    } catch {
      _ = await SFTPDisk.run { folder.remove(temporary, isFolder: false) }
      switch error {
      case .lost(let error): return .lost(error)
      case .refused(_, let reason): return .broken(reason)
      }
    }
  }

  /// Why it could not be written here, if so.
  private func content(
    _ item: PullPlan.Wanted, to temporary: [UInt8], in folder: LocalFolder, _ meter: SendMeter
  ) async throws(SFTPFault) -> String? {
    let entry = item.entry
    let file = await SFTPDisk.run { folder.create(temporary) }
    guard file >= 0 else { return LocalFolder.lastError }
    defer { close(file) }
    var failure: String?
    // `./path` from the root.
    let path = Array(item.there.dropFirst(1))
    let after = try await SFTPFetch(session).content(path, size: entry.size) {
      (bytes, offset) async throws(SFTPFault) in
      if failure == nil { failure = await SFTPDisk.write(bytes, at: offset, to: file) }
      meter.add(Int64(bytes.count))
    }
    if let failure { return failure }
    guard after.entry(at: entry.path).looksLike(entry) else {
      return "changed while it was fetched; the next pull fetches it"
    }
    guard fchmod(file, mode_t(entry.mode)) == 0 else { return LocalFolder.lastError }
    return folder.setTime(temporary, entry.mtime)
  }
}
