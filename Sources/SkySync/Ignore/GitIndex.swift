import SystemPackage

/// Where to read what git tracks.
struct TrackedSource: Sendable {
  /// `$GIT_DIR/index`
  var index: FilePath
  /// Bytes of an object name: 20 (SHA-1) or 32 (SHA-256).
  var hashSize: Int
  /// The scanned root below the repository's top; empty or ending in `/`.
  var prefix: [UInt8]
}

/// The paths in a git index, sorted by their bytes, no two alike.
struct GitIndex: Sendable {
  /// All paths, one after the other.
  private var bytes: [UInt8] = []
  /// Where each begins, and the end of the last.
  private var starts: [UInt32] = [0]

  init() {}

  /// Paths in any order, several of one name allowed (a merge's stages).
  init(_ paths: [[UInt8]]) {
    for path in paths.sorted(by: { $0.lexicographicallyPrecedes($1) })
    where count == 0 || !self[count - 1].elementsEqual(path) {
      bytes += path
      starts.append(UInt32(truncatingIfNeeded: bytes.count))
    }
  }

  var count: Int { starts.count - 1 }

  private subscript(_ index: Int) -> ArraySlice<UInt8> {
    bytes[Int(starts[index])..<Int(starts[index + 1])]
  }

  /// The tracked path that is `path` and, when it is a folder, all those below it.
  func paths(at path: [UInt8], isFolder: Bool) -> [[UInt8]] {
    var found = run(from: path) { $0.elementsEqual(path) }
    if isFolder {
      let start = path + [slash]
      found += run(from: start) { $0.starts(with: start) }
    }
    return found
  }

  /// The paths from the first that is not less than `wanted` on, while they pass.
  private func run(
    from wanted: [UInt8], while passes: (ArraySlice<UInt8>) -> Bool
  ) -> [[UInt8]] {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].lexicographicallyPrecedes(wanted) { low = middle + 1 } else { high = middle }
    }
    var found: [[UInt8]] = []
    while low < count, passes(self[low]) {
      found.append(Array(self[low]))
      low += 1
    }
    return found
  }
}
