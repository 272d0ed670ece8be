/// How one program starts what runs on all nodes of a job, as `srun` does in an allocation.
public struct JobSpread: Equatable, Sendable {
  /// POSIX sh, run on the node of rank 0. `$1` is the job's folder, the same on all nodes; it has to run
  /// `/bin/sh "$1/RANK.new/runner" "$1/RANK"` once on each node, and to end when all of those have.
  public var script: String
  /// POSIX sh, run on the node of a rank that failed. `$1` is that rank's folder, `$2` the name of a file
  /// with a script; it has to run that script once on the node of each other rank, as `/bin/sh -s` with
  /// that rank's folder and the number of the failed one, and to end when all of those have.
  public var toOthers: String

  public init(script: String, toOthers: String) {
    self.script = script
    self.toOthers = toOthers
  }
}
