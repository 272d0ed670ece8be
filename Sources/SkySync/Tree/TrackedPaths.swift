import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The paths that git tracks, read when somebody first asks.
final class TrackedPaths: Sendable {
  private let source: TrackedSource
  private let loaded = Mutex<Loaded?>(nil)

  private struct Loaded {
    var index: GitIndex
    var problem: Problem?
  }

  init(_ source: TrackedSource) { self.source = source }

  /// Why the index could not be read, when it was asked for and could not.
  var problem: Problem? { loaded.withLock { $0?.problem } }

  /// The tracked files at or, for a folder, below `path` that are there. Paths are relative to `root`.
  func paths(at path: [UInt8], isFolder: Bool, root: Int32) -> [[UInt8]] {
    let index = loaded.withLock { loaded in
      if let loaded { return loaded.index }
      let fresh = load()
      loaded = fresh
      return fresh.index
    }
    return index.paths(at: source.prefix + path, isFolder: isFolder)
      .map { Array($0[source.prefix.count...]) }
      .filter { Self.exists($0, root) }
  }

  private func load() -> Loaded {
    do throws(GitIndex.Failure) {
      return Loaded(index: try GitIndex.read(source, files: LocalFiles()))
    } catch {
      return Loaded(
        index: GitIndex(),
        problem: Problem(
          path: source.index.rawBytes,
          reason: "cannot tell which of the ignored files git tracks: \(error.reason)"))
    }
  }

  private static func exists(_ path: [UInt8], _ root: Int32) -> Bool {
    let name = path.map { CChar(bitPattern: $0) } + [0]
    return name.withUnsafeBufferPointer { (try? statusOf($0, in: root)) != nil }
  }
}
