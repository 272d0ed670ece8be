/// What a workflow tells while it works; whoever started it decides how to show it.
public enum Event: Sendable {
  /// A step begins, such as `starting 2 nodes`.
  case phase(String)
  /// Something that the user should know, such as an ignored key.
  case notice(String)
  /// Whole or partial lines that a rank of a job printed, as they came.
  case output(rank: Int, of: Int, [UInt8])
}
