import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension IgnoreRules {
  /// The rules for the files of this machine's folder `root`; see `load(_:environment:files:)`.
  public static func load(_ root: FilePath, environment: GitEnvironment) -> IgnoreRules {
    load(root, environment: environment, files: LocalFiles())
  }

  /// What the rules say about each of `paths`, relative to `root`, and which line says so
  /// (as `git check-ignore -v --no-index`). A path that does not exist is taken for a file.
  public func decisions(_ paths: [[UInt8]], in root: FilePath) -> [Decision] {
    let files = LocalFiles()
    var lookup = IgnoreLookup(self) { folder in
      guard !fileName.isEmpty else { return nil }
      let path = root.pushing(FilePath(rawBytes: folder)).pushing(FilePath(rawBytes: fileName))
      return followsLinks ? try? files.content(path) : try? files.ownContent(path)
    }
    return paths.map { path in
      let name = root.pushing(FilePath(rawBytes: path)).rawBytes.map { CChar(bitPattern: $0) } + [0]
      let status = name.withUnsafeBufferPointer { try? statusOf($0, in: AT_FDCWD) }
      return lookup.decision(path, isFolder: status.map(FolderReader.isFolder) ?? false)
    }
  }
}
