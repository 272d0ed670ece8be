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

  func forget(_ cluster: ClusterRecord) {
    // A leftover is harmless: the incarnation is in its name.
    _ = try? Program.run(["rm", "-rf", "--", root(cluster).string])
  }

  private func root(_ cluster: ClusterRecord) -> FilePath {
    home.sync.appending("\(cluster.name)-\(cluster.incarnation)")
  }
}
