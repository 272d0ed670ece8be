import SkySync

/// What a workflow tells while it works; whoever started it decides how to show it.
public enum Event: Sendable {
  /// A step begins, such as `bringing up 2 nodes`.
  case phase(String)
  /// Something that the user should know, such as a file that was left out.
  case notice(String)
  /// How far one node's files are.
  case syncing(alias: String, SyncProgress)
  /// No node's files are on their way any more.
  case syncEnded
  /// One node has its files.
  case synced(alias: String, SyncReport)
  /// What a rank of a job printed, as it came: whole or partial lines.
  case output(rank: Int, of: Int, [UInt8])
  /// A rank prints nothing more.
  case outputEnded(rank: Int, of: Int)
}
