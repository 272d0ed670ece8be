/// How one program starts what runs on all nodes of a job, as `srun` does in an allocation.
public struct JobSpread: Equatable, Sendable {
  /// POSIX sh, run on the node of rank 0. `$1` is the job's folder, the same on all nodes; it has to run
  /// `/bin/sh "$1/RANK.new/runner" "$1/RANK"` once on each node, and to end when all of those have.
  public var script: String

  public init(script: String) {
    self.script = script
  }
}
