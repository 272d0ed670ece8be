import SystemPackage

/// Where things are on this machine: the paths of `~/.sky` and of the user's ssh configuration.
///
/// Made once from the environment and handed down; nothing below reads the environment itself.
public struct SkyHome: Equatable, Sendable {
  /// `SKY_HOME`, by default `~/.sky`. Always absolute.
  public var root: FilePath
  /// `SKY_SSH_CONFIG`, by default `~/.ssh/config`. Always absolute.
  public var userConfig: FilePath
  /// `$HOME`, else the passwd entry's home.
  public var home: FilePath
  /// The passwd entry's home: where ssh itself expands `~` in IdentityFile and known_hosts names.
  public var passwdHome: FilePath

  public init(root: FilePath, userConfig: FilePath, home: FilePath, passwdHome: FilePath) {
    self.root = root
    self.userConfig = userConfig
    self.home = home
    self.passwdHome = passwdHome
  }

  /// The alias book: ours, generated; the file is the book.
  public var book: FilePath { root.appending("ssh_config") }
  /// Pinned host keys by HostKeyAlias.
  public var knownHosts: FilePath { root.appending("known_hosts") }
  /// Per-cluster ed25519 keys, `keys/NAME` and `keys/NAME.pub`.
  public var keys: FilePath { root.appending("keys") }
  /// SQLite: clusters, nodes, jobs, storage.
  public var database: FilePath { root.appending("state.db") }
  /// What was last sent where; safe to delete.
  public var sync: FilePath { root.appending("sync") }
  /// Files of local nodes, `nodes/CLUSTER/RANK`.
  public var nodes: FilePath { root.appending("nodes") }
  public var logs: FilePath { root.appending("logs") }
  /// Backups of the last changes of the book and of the user's config.
  public var backups: FilePath { root.appending("backups") }
  /// Lock files, held by flock(2); never deleted.
  public var locks: FilePath { root.appending("locks") }
}
