import SkySync
import SystemPackage

/// What a transfer to or from a bucket did.
public struct TransferReport: Equatable, Sendable {
  /// Objects or files that were sent; those that were there already do not count.
  public var transferred: Int
  public var bytes: Int64
  /// What was left out, and why; never a reason to fail.
  public var problems: [Problem]

  public init(transferred: Int = 0, bytes: Int64 = 0, problems: [Problem] = []) {
    self.transferred = transferred
    self.bytes = bytes
    self.problems = problems
  }

  mutating func add(_ other: TransferReport) {
    transferred += other.transferred
    bytes += other.bytes
    problems += other.problems
  }
}

/// How far a transfer is; totals grow while the source is being listed.
public struct TransferProgress: Equatable, Sendable {
  public var bytes: Int64
  public var totalBytes: Int64
  public var files: Int
  public var totalFiles: Int

  init(_ stats: LogLine.Stats) {
    bytes = stats.bytes
    totalBytes = stats.totalBytes
    files = stats.transfers
    totalFiles = stats.totalTransfers
  }
}

extension ObjectStores {
  /// Uploads the files of `tree`, a look at `folder`, to below `uri`; what is there already and the same is
  /// not sent again, nothing is deleted. Links and names that an object cannot have become problems.
  public func upload(
    _ tree: FileTree, from folder: FilePath, to uri: BucketURI,
    onProgress: @escaping @Sendable (TransferProgress) -> Void = { _ in }
  ) async throws(StorageError) -> TransferReport {
    let list = UploadList(tree)
    guard !list.files.isEmpty else { return TransferReport(problems: list.problems) }
    let arguments = ["copy", "--files-from-raw", "-", folder.string, RcloneRemote.path(uri)]
    var report = try await transfer(arguments, uri, input: list.files, onProgress)
    report.problems = list.problems
    return report
  }

  /// Uploads one file as the object `uri`.
  public func upload(
    file: FilePath, to uri: BucketURI,
    onProgress: @escaping @Sendable (TransferProgress) -> Void = { _ in }
  ) async throws(StorageError) -> TransferReport {
    try await transfer(["copyto", file.string, RcloneRemote.path(uri)], uri, onProgress)
  }

  private func transfer(
    _ arguments: [String], _ uri: BucketURI, input: [UInt8] = [],
    _ onProgress: @escaping @Sendable (TransferProgress) -> Void
  ) async throws(StorageError) -> TransferReport {
    let remote = try await remote(uri.store, region: uri.region)
    let last = LastStats()
    let outcome = try await rclone().run(
      Rclone.patient + Rclone.transferring + arguments, remote: remote, input: input
    ) { line in
      guard let stats = line.stats else { return }
      last.set(stats)
      onProgress(TransferProgress(stats))
    }
    guard outcome.status == 0 else { throw outcome.error(uri, "the upload failed") }
    return TransferReport(
      transferred: last.value?.transfers ?? 0, bytes: last.value?.bytes ?? 0, problems: [])
  }
}

extension Rclone {
  /// Many small objects at once, and a line of progress each second and at the end.
  static let transferring = [
    "--transfers", "16", "--checkers", "32", "--stats", "1s", "--stats-log-level", "NOTICE",
  ]
}

/// The files of a tree as rclone takes them: one name a line.
struct UploadList: Equatable {
  var files: [UInt8] = []
  var problems: [Problem]

  init(_ tree: FileTree) {
    problems = tree.problems
    for entry in tree.entries where entry.kind != .folder {
      if entry.kind == .link {
        problems.append(Problem(path: entry.path, reason: "is a link, which a bucket cannot hold"))
      } else if entry.path.contains(where: { $0 == 0x0a || $0 == 0x0d }) {
        problems.append(Problem(path: entry.path, reason: "has a line break in its name"))
      } else if String(validating: entry.path, as: UTF8.self) == nil {
        problems.append(Problem(path: entry.path, reason: "has a name that is not UTF-8"))
      } else {
        files += entry.path + [0x0a]
      }
    }
  }
}
