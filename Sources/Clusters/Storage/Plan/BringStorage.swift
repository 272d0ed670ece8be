import SkySync

extension TaskStorage {
  /// Copies or mounts every bucket on one node, in the task's order; what is right there is left alone.
  ///
  /// - Parameters:
  ///   - sharesHome: another node has the same home and brings what is copied into it.
  ///   - onCopied: told what a copy to a target left there.
  ///   - onNotice: hears words for people, with the node's name in front.
  public func bring(
    to host: any CommandHost, sharesHome: Bool = false,
    onCopied: (_ target: String, CopiedFiles) -> Void = { _, _ in },
    onNotice: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws(StorageError) {
    let node = NodeStorage(host, here: here)
    for entry in entries {
      let target = entry.target.value
      if sharesHome, entry.spec.mode == .copy, !target.hasPrefix("/") { continue }
      if let mount = MountSpec(entry.spec, entry.uri, remote: entry.remote, target: target) {
        try await node.mount(mount, onNotice: onNotice)
        continue
      }
      // What was empty at the look has been filled since.
      let isFilled = !entry.uploads.isEmpty || entry.uri.path.isEmpty
      let content = isFilled && !entry.content.isObject ? .folder : entry.content
      let report = try await node.copy(
        entry.uri, content, remote: entry.remote, to: target, intoFolder: entry.targetIsFolder,
        onCopied: { onCopied(target, $0) }, onNotice: onNotice)
      if report.transferred > 0 {
        let files = report.transferred == 1 ? "1 object" : "\(report.transferred) objects"
        onNotice("\(host.name): \(files) copied from \(entry.uri) to \(entry.target)")
      }
    }
  }
}

extension BucketContent {
  var isObject: Bool {
    if case .object = self { return true }
    return false
  }
}
