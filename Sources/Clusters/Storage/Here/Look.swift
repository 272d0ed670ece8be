/// What is at a URI.
public enum BucketContent: Equatable, Sendable {
  /// One object, with its size in bytes.
  case object(size: Int64)
  /// Objects below it.
  case folder
  /// The bucket is there, nothing is at the path.
  case nothing
  case noBucket
}

extension ObjectStores {
  /// Looks at what is at `uri`, within seconds; a bucket of a million objects costs no more than one of ten.
  public func look(at uri: BucketURI) async throws(StorageError) -> BucketContent {
    let remote = try await remote(uri.store, region: uri.region)
    let rclone = try rclone()
    if !uri.path.isEmpty, !uri.isFolder,
      let size = try await objectSize(uri, rclone, remote)
    {
      return .object(size: size)
    }
    // A recursive listing comes page by page, so that its first line says enough.
    let listing = ["lsf", "--recursive", "--files-only", RcloneRemote.path(uri)]
    let outcome = try await rclone.firstOutput(Rclone.quick + listing, remote: remote)
    switch Diagnosis(status: outcome.status, words: outcome.words).code {
    case _ where !outcome.output.isEmpty: return .folder
    case _ where outcome.status == 0: return .nothing
    case .noBucket: return .noBucket
    default: throw outcome.error(uri, "cannot look at it")
    }
  }

  /// nil when it is no object.
  private func objectSize(
    _ uri: BucketURI, _ rclone: Rclone, _ remote: RcloneRemote
  ) async throws(StorageError) -> Int64? {
    let arguments = ["lsjson", "--stat", "--no-mimetype", "--no-modtime", RcloneRemote.path(uri)]
    let outcome = try await rclone.run(Rclone.quick + arguments, remote: remote)
    guard outcome.status == 0 else {
      let diagnosis = Diagnosis(status: outcome.status, words: outcome.words)
      if diagnosis.code == .noBucket || diagnosis.code == .noSource { return nil }
      throw outcome.error(uri, "cannot look at it")
    }
    let entry: ListedObject? = ListedObject.decode(outcome.output)
    return entry.flatMap { $0.isFolder ? nil : $0.size }
  }

  /// All objects at and below `uri`, their names relative to it.
  public func list(_ uri: BucketURI) async throws(StorageError) -> [(path: String, size: Int64)] {
    let remote = try await remote(uri.store, region: uri.region)
    let arguments = [
      "lsjson", "--recursive", "--files-only", "--no-mimetype", "--no-modtime",
      RcloneRemote.path(uri),
    ]
    let outcome = try await rclone().run(Rclone.patient + arguments, remote: remote)
    guard outcome.status == 0, let listed: [ListedObject] = ListedObject.decode(outcome.output)
    else { throw outcome.error(uri, "cannot list it") }
    return listed.map { ($0.path, $0.size) }
  }

  /// How many objects and bytes are at and below `uri`; nil when the store does not say within `patience`.
  public func size(
    of uri: BucketURI, patience: Duration
  ) async throws(StorageError) -> BucketSize? {
    let remote = try await remote(uri.store, region: uri.region)
    let limit = ["--max-duration", "\(max(1, patience.components.seconds))s"]
    let arguments = ["size", "--json", RcloneRemote.path(uri)]
    let outcome = try await rclone().run(Rclone.quick + limit + arguments, remote: remote)
    guard outcome.status == 0 else {
      if Diagnosis(status: outcome.status, words: outcome.words).code == .noBucket {
        throw outcome.error(uri, "cannot measure it")
      }
      return nil
    }
    return BucketSize.decode(outcome.output)
  }
}
