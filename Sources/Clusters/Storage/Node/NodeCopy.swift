extension NodeStorage {
  /// Copies what is at `uri` to the node: an object becomes the file `target`, a prefix or bucket the folder
  /// `target`. What is there already and the same is not fetched again; nothing is deleted.
  ///
  /// - Parameters:
  ///   - content: what `ObjectStores.look` found there.
  ///   - intoFolder: an object goes into the folder `target` under its own name.
  public func copy(
    _ uri: BucketURI, _ content: BucketContent, remote: RcloneRemote, to target: String,
    intoFolder: Bool = false,
    onNotice: @escaping @Sendable (String) -> Void = { _ in },
    onProgress: @escaping @Sendable (TransferProgress) -> Void = { _ in }
  ) async throws(StorageError) -> TransferReport {
    var target = target
    var values = files(of: remote)
    switch content {
    case .noBucket, .nothing: throw nothingThere(uri, content)
    case .folder: values["verb"] = "copy"
    case .object:
      values["verb"] = "copyto"
      if intoFolder, let name = uri.path.split(separator: "/").last { target += "/\(name)" }
    }
    values["source"] = MaskedText(RcloneRemote.path(uri))
    values["target"] = MaskedText(target)
    let last = LastStats()
    let answer = try await run("copy", values, uri, onNotice) { line in
      guard let stats = line.stats else { return }
      last.set(stats)
      onProgress(TransferProgress(stats))
    }
    guard let status = answer.texts("copied").last.flatMap({ Int32($0) }) else {
      throw unexplained(answer, "\(uri)", "it was not copied to \(target)")
    }
    guard status == 0 else {
      throw .from(
        status: status, log: answer.log, uri: uri, tried: "copying it to \(target) failed",
        node: host.name)
    }
    return TransferReport(
      transferred: last.value?.transfers ?? 0, bytes: last.value?.bytes ?? 0)
  }

  private func nothingThere(_ uri: BucketURI, _ content: BucketContent) -> StorageError {
    guard content == .noBucket else {
      return StorageError(
        .noSource, "\(uri)", "there is nothing at this path of the bucket \(uri.bucket)",
        advice: "Correct the path; names of objects count capital letters.")
    }
    return StorageError(
      .noBucket, "\(uri)", "there is no bucket \(uri.bucket) in \(uri.store.title)",
      advice: "Correct the name, or make the bucket.")
  }
}
