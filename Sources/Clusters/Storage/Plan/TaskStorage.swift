import SkySync
import SystemPackage

/// The buckets of a task: everything about them that can be wrong is found before anything is created.
public struct TaskStorage: Sendable {
  /// One bucket and where it goes on every node.
  struct Entry: Sendable {
    var target: MaskedText
    var targetIsFolder: Bool
    var spec: StorageSpec
    var uri: BucketURI
    var remote: RcloneRemote
    var content: BucketContent
    /// What is uploaded first.
    var uploads: [UploadSource] = []
  }

  let here: ObjectStores
  var entries: [Entry] = []

  public var isEmpty: Bool { entries.isEmpty }

  /// What is remembered for `sky sync`.
  var synced: [SyncedEntry] {
    entries.map { entry in
      SyncedEntry(.bucket, target: entry.target.value, source: nil, bucket: SyncedBucket(entry))
    }
  }

  /// The buckets of a cluster's last task, again.
  static func mounts(again entries: [SyncedEntry]) throws(StorageError) -> [FileMount] {
    var mounts: [FileMount] = []
    for entry in entries where entry.isCurrent && entry.kind == .bucket {
      guard let bucket = entry.bucket else {
        throw StorageError(
          .failed, entry.target, "it was brought by an older version, which did not say from where",
          advice: "Launch the task again.")
      }
      mounts.append(bucket.mount(at: entry.target))
    }
    return mounts
  }

  /// Looks at the buckets and local sources of a task's storage; makes and changes nothing.
  ///
  /// - Parameters:
  ///   - folder: what relative paths are taken from.
  ///   - git: whose ignore rules count for what is uploaded.
  public init(
    _ mounts: [FileMount], here: ObjectStores, folder: FilePath, git: GitEnvironment
  ) async throws(StorageError) {
    self.here = here
    for mount in mounts {
      switch mount.source {
      case .local: continue
      case .bucket(let uri):
        let spec = StorageSpec(source: .bucket(uri), store: uri.store, mode: .copy)
        entries.append(try await entry(mount, spec))
      case .storage(let spec):
        var entry = try await entry(mount, spec)
        entry.uploads = try UploadSource.all(of: spec, folder, here.user.home, git)
        try Self.check(entry)
        entries.append(entry)
      }
    }
  }

  private func entry(
    _ mount: FileMount, _ spec: StorageSpec
  ) async throws(StorageError) -> Entry {
    let uri = try await uri(of: spec)
    let remote = try await here.remote(uri.store, region: uri.region)
    let content = try await here.look(at: uri)
    if case .bucket = spec.source { try Self.check(uri, content, spec.mode) }
    return Entry(
      target: mount.target, targetIsFolder: mount.targetIsFolder, spec: spec, uri: uri,
      remote: remote, content: content)
  }

  private func uri(of spec: StorageSpec) async throws(StorageError) -> BucketURI {
    if case .bucket(let uri) = spec.source { return uri }
    guard let name = spec.name else {
      throw StorageError(.failed, "file_mounts", "a storage has neither a name nor a source")
    }
    let store = if let store = spec.store { store } else { try here.preferredStore() }
    if let problem = BucketName.problem(name, in: store) {
      throw StorageError(
        .failed, name, "\(store.title): the bucket's name \(problem)",
        advice: "Choose another name, or name another store.")
    }
    return BucketURI(store, bucket: name)
  }

  private static func check(
    _ uri: BucketURI, _ content: BucketContent, _ mode: StorageSpec.Mode
  ) throws(StorageError) {
    if content == .noBucket { throw .nothingThere(uri, content) }
    // An empty prefix can be mounted and then written to; there is nothing to copy from it.
    if content == .nothing, mode == .copy, !uri.path.isEmpty { throw .nothingThere(uri, content) }
    if case .object = content, mode != .copy {
      throw StorageError(
        .failed, "\(uri)", "is an object: only a bucket or prefix can be mounted",
        advice: "Use `mode: COPY`, or mount the prefix that it is in.")
    }
  }

  /// A bucket that holds nothing and gets nothing cannot be copied from.
  private static func check(_ entry: Entry) throws(StorageError) {
    let isEmpty = entry.content == .noBucket || entry.content == .nothing
    guard entry.spec.mode == .copy, isEmpty, entry.uploads.isEmpty, entry.spec.name != nil else {
      return
    }
    throw StorageError(
      .noSource, "\(entry.uri)", "there is nothing in it to copy to \(entry.target)",
      advice: "Give it a `source`, or use `mode: MOUNT`.")
  }
}

extension StorageError {
  /// What a look did not find.
  static func nothingThere(_ uri: BucketURI, _ content: BucketContent) -> StorageError {
    guard content == .noBucket else {
      return StorageError(
        .noSource, "\(uri)", "there is nothing at this path of the bucket \(uri.bucket)",
        advice: "Correct the path; capital letters count.")
    }
    return StorageError(
      .noBucket, "\(uri)", "there is no bucket \(uri.bucket) in \(uri.store.title)",
      advice: "Correct the name, or make the bucket.")
  }
}
