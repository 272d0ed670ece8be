import HostBook
import SystemPackage

/// What was last sent to the nodes of a cluster: `~/.sky/sync/NAME-INCARNATION`. Safe to delete.
struct SyncMemory {
  let home: SkyHome

  init(_ home: SkyHome) { self.home = home }

  /// The folder of one node's manifests.
  func folder(_ cluster: ClusterRecord, rank: Int) -> FilePath {
    root(cluster).appending("\(rank)")
  }

  /// The manifest of one target of one node.
  func manifest(_ cluster: ClusterRecord, rank: Int, target: [UInt8]) -> FilePath {
    let name = String(decoding: SHA1.hexDigest(target), as: UTF8.self)
    return folder(cluster, rank: rank).appending(name)
  }

  /// What copies of buckets left below one target of one node; nil when nothing was copied there.
  func copied(_ cluster: ClusterRecord, rank: Int, target: String) -> CopiedFiles? {
    LocalFiles.read(copies(cluster, rank, target)).map { CopiedFiles(text: $0) }
  }

  /// Remembers it, or forgets it.
  func keep(
    _ copied: CopiedFiles?, _ cluster: ClusterRecord, rank: Int, target: String
  ) {
    let file = copies(cluster, rank, target)
    // What cannot be remembered will stay on the node when the mount is taken out, and that will be said.
    guard let copied else {
      _ = try? FileSystem.unlink(file)
      return
    }
    try? LocalFiles.makeFolder(folder(cluster, rank: rank), mode: 0o700)
    try? LocalFiles.write(copied.text, to: file, mode: 0o600)
  }

  private func copies(_ cluster: ClusterRecord, _ rank: Int, _ target: String) -> FilePath {
    FilePath(manifest(cluster, rank: rank, target: Array(target.utf8)).string + ".copied")
  }

  func forget(_ cluster: ClusterRecord) {
    // A leftover is harmless: the incarnation is in its name.
    _ = try? Program.run(["rm", "-rf", "--", root(cluster).string])
  }

  private func root(_ cluster: ClusterRecord) -> FilePath {
    home.sync.appending("\(cluster.name)-\(cluster.incarnation)")
  }
}
