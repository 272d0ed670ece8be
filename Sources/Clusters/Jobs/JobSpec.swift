/// One run of a task on the nodes of a cluster: what is started, and what it finds in its environment.
public struct JobSpec: Equatable, Sendable {
  /// A variable of the task; values may be secret and are never put on a command line.
  public struct Variable: Equatable, Sendable {
    /// A shell identifier.
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public var reference: JobReference
  /// Names this one job and no other, ever: starting it again with the same one starts nothing.
  /// Letters, digits, `-`, `_` and `.` only.
  public var taskID: String
  /// As `--infra` names it, for SKYPILOT_CLUSTER_INFO.
  public var infra: String
  /// Run first, on every node; the job ends there when it fails. Nil when there is nothing to set up.
  public var setup: String?
  /// Nil for a task that only sets up.
  public var run: String?
  /// The task's `envs` and `secrets`; the last of a name counts.
  public var variables: [Variable]
  /// The addresses that nodes use among themselves, by rank: as many as the job has nodes.
  public var nodeIPs: [String]
  /// What the task finds as SKYPILOT_NUM_GPUS_PER_NODE; nil for as many as each node has.
  public var gpusPerNode: Int?
  /// What it takes of each node while it runs: it waits for its turn where earlier jobs have that.
  public var claim = JobClaim()
  /// Runs in a copy of `~/sky_workdir` of its own, made when it is started.
  public var ownCopy = false
  /// Where another program starts what runs on the nodes; nil where each node starts its own.
  public var spread: JobSpread?

  public init(
    reference: JobReference, taskID: String, infra: String, setup: String?, run: String?,
    variables: [Variable] = [], nodeIPs: [String], gpusPerNode: Int? = nil
  ) {
    self.reference = reference
    self.taskID = taskID
    self.infra = infra
    self.setup = setup
    self.run = run
    self.variables = variables
    self.nodeIPs = nodeIPs
    self.gpusPerNode = gpusPerNode
  }
}

/// Which job: its files are in `~/.sky_node/jobs/CLUSTER/ID/RANK` on each node.
public struct JobReference: Hashable, Sendable {
  /// Letters, digits, `-`, `_` and `.` only.
  public var cluster: String
  public var id: Int

  public init(cluster: String, id: Int) {
    self.cluster = cluster
    self.id = id
  }

  /// Where a rank's log is on its node, for people: `~` is the login user's home there.
  public func logPath(rank: Int) -> String {
    "~/.sky_node/jobs/\(cluster)/\(id)/\(rank)/run.log"
  }
}
