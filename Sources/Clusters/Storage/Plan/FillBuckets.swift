import SkySync

extension TaskStorage {
  /// Makes the buckets that are missing, uploads the local sources, and records both.
  ///
  /// - Parameter cluster: uses the buckets from now on; it has to be recorded.
  public func prepare(
    _ state: StateStore, cluster: String,
    onNotice: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws {
    for entry in entries {
      try await fill(entry, state, cluster, onNotice)
    }
  }

  private func fill(
    _ entry: Entry, _ state: StateStore, _ cluster: String,
    _ onNotice: @escaping @Sendable (String) -> Void
  ) async throws {
    var record = StorageRecord(
      store: entry.uri.store, region: entry.uri.region, bucket: entry.uri.bucket,
      endpoint: entry.remote.settings["endpoint"]?.value, source: entry.shownSource,
      mode: entry.spec.mode, persistent: entry.spec.persistent, isOurs: false, createdAt: .now())
    if entry.content == .noBucket {
      onNotice("making the bucket \(entry.uri)")
      record.isOurs = try await here.create(entry.uri)
    }
    // Before the upload: what was made is known even when the rest fails.
    try await state.save(record, usedBy: cluster)
    for source in entry.uploads {
      onNotice("uploading \(source.path) to \(entry.uri)")
      let report = try await upload(source, to: entry.uri)
      for problem in report.problems.prefix(10) {
        let path = String(decoding: problem.path, as: UTF8.self)
        onNotice("\(source.path)/\(path): \(problem.reason); left out")
      }
    }
  }

  private func upload(
    _ source: UploadSource, to bucket: BucketURI
  ) async throws -> TransferReport {
    let uri = BucketURI(
      bucket.store, region: bucket.region, bucket: bucket.bucket, path: source.object)
    guard source.isFolder else { return try await here.upload(file: source.path, to: uri) }
    return try await here.upload(source.look.result().tree, from: source.path, to: uri)
  }
}

extension TaskStorage.Entry {
  /// As `sky storage ls` shows it.
  fileprivate var shownSource: String? {
    switch spec.source {
    case nil: nil
    case .bucket(let uri): "\(uri)"
    case .local(let paths): paths.map(\.shown).joined(separator: ", ")
    }
  }
}
