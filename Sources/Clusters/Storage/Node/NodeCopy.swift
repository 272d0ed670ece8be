extension NodeStorage {
  /// Copies what is at `uri` to the node: an object becomes the file `target`, a prefix or bucket the folder
  /// `target`. What is there already and the same is not fetched again; nothing is deleted.
  ///
  /// - Parameters:
  ///   - content: what `ObjectStores.look` found there.
  ///   - intoFolder: an object goes into the folder `target` under its own name.
  ///   - onCopied: told which files are there and in the bucket; when the copy fails, which of them came.
  public func copy(
    _ uri: BucketURI, _ content: BucketContent, remote: RcloneRemote, to target: String,
    intoFolder: Bool = false, onCopied: (CopiedFiles) -> Void = { _ in },
    onNotice: @escaping @Sendable (String) -> Void = { _ in },
    onProgress: @escaping @Sendable (TransferProgress) -> Void = { _ in }
  ) async throws(StorageError) -> TransferReport {
    var target = target
    var values = files(of: remote)
    switch content {
    case .noBucket, .nothing: throw .nothingThere(uri, content)
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
    onCopied(
      CopiedFiles(
        folder: content.isObject ? Self.folder(of: target) : target,
        files: answer.texts("file").compactMap { CopiedFile(line: $0) }))
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

  /// Removes what a copy brought, but for files that were changed since, and the folders that are empty then;
  /// what is gone already is no error.
  ///
  /// - Parameter wholly: the folder that was copied to goes too when nothing is left in it.
  /// - Returns: the names of the files that were changed.
  public func forget(_ copied: CopiedFiles, wholly: Bool) async throws(StorageError) -> [String] {
    let values = [
      "files": MaskedText(copied.files.map(\.line).joined(separator: "\n")),
      "target": MaskedText(copied.folder), "force": wholly ? "yes" : "no",
    ]
    let answer = try await run("forget", values, nil)
    guard answer.outcome == .exited(0) else {
      throw unexplained(answer, copied.folder, "what was copied there could not be removed")
    }
    return answer.texts("changed")
  }

  private static func folder(of file: String) -> String {
    guard let slash = file.lastIndex(of: "/"), slash != file.startIndex else { return "/" }
    return String(file[..<slash])
  }
}
