/// Looks at folders of a node through SFTP, many at once.
struct SFTPListing: Sendable {
  let session: SFTPSession

  /// Begins the names of files that have not arrived whole. One that is a day old is nobody's any more.
  static let partial = Array(".sky-part.".utf8)
  private static let widest = 24

  private struct Folder: Sendable {
    var entries: [FileEntry] = []
    var folders: [[UInt8]] = []
    var stale: [[UInt8]] = []
    var isComplete = true
  }

  /// All that is below `root`, sorted; links are not followed.
  /// - Parameter removesStale: whether leftovers of a transfer that was cut may be removed.
  func tree(
    below root: [UInt8], removesStale: Bool
  ) async throws(SyncError) -> (entries: EntryList, isComplete: Bool) {
    try await everything(below: root, removesStale: removesStale).get()
  }

  private func everything(
    below root: [UInt8], removesStale: Bool
  ) async -> Result<(entries: EntryList, isComplete: Bool), SyncError> {
    await withTaskGroup(of: Result<Folder, SyncError>.self) { group in
      var (all, isComplete) = (EntrySorter(), true)
      var waiting: [[UInt8]] = [[]]
      var running = 0
      while !waiting.isEmpty || running > 0 {
        while running < Self.widest, let path = waiting.popLast() {
          running += 1
          group.addTask { await content(of: path, in: root, removesStale) }
        }
        guard let result = await group.next() else { break }
        running -= 1
        switch result {
        case .failure(let error): return .failure(error)
        case .success(let folder):
          for entry in folder.entries { all.append(entry) }
          isComplete = isComplete && folder.isComplete
          waiting += folder.folders
        }
      }
      return .success((all.finish(), isComplete))
    }
  }

  private func content(
    of path: [UInt8], in root: [UInt8], _ removesStale: Bool
  ) async -> Result<Folder, SyncError> {
    var folder = Folder()
    do throws(SFTPFault) {
      for item in try await session.names(in: root.joined(path)) {
        try await add(item, at: path.joined(item.name), in: root, to: &folder)
      }
      for name in folder.stale where removesStale { try? await session.remove(root.joined(name)) }
    } catch {
      if case .lost(let error) = error { return .failure(error) }
      folder.isComplete = false
    }
    return .success(folder)
  }

  private func add(
    _ item: SFTPReply.Name, at path: [UInt8], in root: [UInt8], to folder: inout Folder
  ) async throws(SFTPFault) {
    var attributes = item.attributes
    // Some servers list names only.
    if attributes.mode == nil { attributes = try await session.attributes(root.joined(path)) }
    if item.name.starts(with: Self.partial) {
      if Int64(attributes.mtime ?? 0) < secondsSince1970() - 86_400 { folder.stale.append(path) }
      return
    }
    var target: [UInt8] = []
    if attributes.kind == .link { target = try await session.linkTarget(root.joined(path)) }
    let entry = attributes.entry(at: path, linkTarget: target)
    folder.entries.append(entry)
    if entry.kind == .folder { folder.folders.append(path) }
  }
}

extension SFTPSession {
  /// SHA-256 of files below `root`, lower-case hex by path: all of them are fetched for it.
  func digests(
    of entries: EntryList, below root: [UInt8]
  ) async throws(SyncError) -> NodeDigests {
    var digests = NodeDigests()
    for entry in entries where entry.kind == .file && entry.size >= 0 {
      let hash = SHA256()
      do throws(SFTPFault) {
        try await SFTPFetch(self).content(root.joined(entry.path), size: entry.size) { bytes, _ in
          bytes.withUnsafeBytes { hash.update($0) }
        }
        digests.append(hash.finish().utf8, of: entry.path)
      } catch {
        if case .lost(let error) = error { throw error }
      }
    }
    return digests
  }
}
