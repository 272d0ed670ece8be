import Dispatch

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Compares the content of files that look alike with the digests that a node made (`--checksum`).
enum ContentCheck {
  /// The files here whose content differs from the node's, sorted by path.
  static func differing(
    _ tree: FileTree, _ target: NodeTarget, _ source: SourceFolder
  ) async throws(SyncError) -> EntryList {
    try await differing(tree.entries, target.digests) { path in
      guard case .success(let file) = source.open(path) else { return nil }
      return file.descriptor
    }
  }

  /// - Parameter open: a descriptor to read the file from, which is closed here; nil when it cannot be read.
  static func differing(
    _ entries: EntryList, _ digests: NodeDigests,
    open: @escaping @Sendable (_ path: [UInt8]) -> CInt?
  ) async throws(SyncError) -> EntryList {
    // On a thread of its own: it reads all the files.
    let found = await withCheckedContinuation { continuation in
      DispatchQueue(label: "sky.checksum", qos: .userInitiated).async {
        continuation.resume(returning: compare(entries, digests, open))
      }
    }
    return try found.get()
  }

  private static func compare(
    _ entries: EntryList, _ digests: NodeDigests, _ open: (_ path: [UInt8]) -> CInt?
  ) -> Result<EntryList, SyncError> {
    var found = EntrySorter()
    do throws(SyncError) {
      try digests.forEach { path, theirs in
        guard let entry = entries.entry(at: path), entry.kind == .file else { return }
        let ours = open(path).flatMap(digest)
        if !(ours?.utf8.elementsEqual(theirs) ?? false) { found.append(entry) }
      }
      return .success(found.finish())
    } catch {
      return .failure(error)
    }
  }

  private static func digest(_ file: CInt) -> String? {
    defer { close(file) }
    let hash = SHA256()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = read(file, buffer.baseAddress, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return hash.finish() }
      hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }
}
