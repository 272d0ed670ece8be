import Dispatch

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Compares the content of files that look alike with the digests that a node made (`--checksum`).
enum ContentCheck {
  /// The files here whose content differs from the node's.
  static func differing(
    _ tree: FileTree, _ target: NodeTarget, _ source: SourceFolder
  ) async -> Set<[UInt8]> {
    await differing(tree.entries, target.digests) { path in
      guard case .success(let file) = source.open(path) else { return nil }
      return file.descriptor
    }
  }

  /// - Parameter open: a descriptor to read the file from, which is closed here; nil when it cannot be read.
  static func differing(
    _ entries: EntryList, _ digests: [[UInt8]: [UInt8]],
    open: @escaping @Sendable (_ path: [UInt8]) -> CInt?
  ) async -> Set<[UInt8]> {
    // On a thread of its own: it reads all the files.
    await withCheckedContinuation { continuation in
      DispatchQueue(label: "sky.checksum", qos: .userInitiated).async {
        var found: Set<[UInt8]> = []
        for entry in entries where entry.kind == .file {
          guard let theirs = digests[entry.path] else { continue }
          let ours = open(entry.path).flatMap(digest)
          if ours.map({ Array($0.utf8) }) != theirs { found.insert(entry.path) }
        }
        continuation.resume(returning: found)
      }
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
