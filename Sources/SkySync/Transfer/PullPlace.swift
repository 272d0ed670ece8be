import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where a pull's matches come to lie.
struct PullPlace {
  /// nil when it does not exist (dry run).
  let folder: LocalFolder?
  /// The one file's name, when the destination is a file.
  private let fileName: [UInt8]?

  init(
    _ destination: PullDestination, _ targets: [NodeTarget], create: Bool
  ) throws(SyncError) {
    var path = destination.path
    let found = targets.filter { $0.state != .absent }
    if found.count == 1, found[0].state == .file, !destination.isFolder, !Self.isFolder(path),
      let name = path.lastComponent
    {
      fileName = Array(name.string.utf8)
      path = path.removingLastComponent()
      if path.isEmpty { path = "." }
    } else {
      fileName = nil
    }
    folder = try LocalFolder(path, create: create)
  }

  private static func isFolder(_ path: FilePath) -> Bool {
    var status = stat()
    return path.withPlatformString { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  func plan(
    _ targets: [NodeTarget], _ options: PullOptions
  ) async throws(SyncError) -> PullPlan {
    let folder = folder
    let folds = !options.dryRun && folder?.foldsCase() ?? false
    var clashes: [Problem] = []
    var difference = PullDifference(
      mirror: options.mirror, isNew: folder?.isNew ?? true, look: { folder?.look($0) },
      list: { path in folder?.everything(below: path) ?? [] })
    for var target in targets where target.state != .absent {
      if folds {
        let split = CaseFolding.split(target.entries)
        target.entries = split.kept
        clashes += split.clashes
      }
      let name = fileName ?? target.name
      let differing = options.checksum ? try await differing(target, name) : []
      difference.add(target, as: name, differing: differing)
    }
    var plan = difference.finish()
    plan.problems += clashes
    return plan
  }

  /// Files whose content here is not what the node's digests say, by the node's paths.
  private func differing(
    _ target: NodeTarget, _ name: [UInt8]
  ) async throws(SyncError) -> EntryList {
    guard let folder else { return [] }
    let isFile = target.state == .file
    return try await ContentCheck.differing(target.entries, target.digests) { path in
      folder.open(isFile ? name : name.joined(path))
    }
  }
}
