import SystemPackage

/// Where the files of one local node are, and what it is called.
///
/// ```
/// nodes/CLUSTER/RANK/root      the node's /
///                    etc       its own passwd, group, shadow, hosts, hostname
///                    run       its /run/sky: sshd_config, host key, authorized_keys
///                    address   where its sshd listens
///                    log       of its sshd, since the last start
/// ```
package struct NodeFolder: Equatable, Sendable {
  package var path: FilePath
  package var rank: Int
  /// The alias: `dev`, `dev-worker1` …
  package var hostName: String

  package init(cluster: String, rank: Int, in nodes: FilePath) {
    self.path = nodes.appending(cluster).appending(String(rank))
    self.rank = rank
    // The kernel takes no more than 64 bytes.
    let alias = rank == 0 ? cluster : "\(cluster)-worker\(rank)"
    self.hostName = String(decoding: alias.utf8.prefix(64), as: UTF8.self)
  }

  package var root: FilePath { path.appending("root") }
  package var etc: FilePath { path.appending("etc") }
  package var run: FilePath { path.appending("run") }
  package var addressFile: FilePath { path.appending("address") }
  package var log: FilePath { path.appending("log") }
  package var hostKey: FilePath { run.appending("host_key") }
  package var hostKeyPublic: FilePath { run.appending("host_key.pub") }
  package var authorizedKeys: FilePath { run.appending("authorized_keys") }
  package var sshdConfig: FilePath { run.appending("sshd_config") }

  /// Here, a path of the node: `/root/.ssh` is `…/root/root/.ssh`.
  func inside(_ path: FilePath) -> FilePath {
    root.appending(path.components)
  }
}
