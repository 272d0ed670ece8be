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
    await withCheckedContinuation { continuation in
      DispatchQueue(label: "sky.checksum", qos: .userInitiated).async {
        var found: Set<[UInt8]> = []
        for entry in tree.entries where entry.kind == .file {
          guard let theirs = target.digests[entry.path] else { continue }
          if digest(entry.path, source).map({ Array($0.utf8) }) != theirs {
            found.insert(entry.path)
          }
        }
        continuation.resume(returning: found)
      }
    }
  }

  private static func digest(_ path: [UInt8], _ source: SourceFolder) -> String? {
    guard case .success(let file) = source.open(path) else { return nil }
    defer { close(file.descriptor) }
    var hash = SHA256()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = read(file.descriptor, buffer.baseAddress, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return hash.finish() }
      hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }
}
