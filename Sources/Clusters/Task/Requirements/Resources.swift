/// What a task wants its nodes to be.
public struct Resources: Equatable, Sendable {
  /// Where nodes come from, as `--infra` names it; nil when nothing or a cloud is named.
  public var infra: String?
  /// Ports that the task listens on.
  public var ports: [ClosedRange<Int>] = []
  /// nil: nodes stay until they are taken down.
  public var autostop: Autostop?
  /// A node has to meet one of these; the first that is met counts. Never empty.
  public var alternatives: [Requirements] = [Requirements()]
  /// The alternatives are `ordered`: the first is liked best. False for `any_of`.
  public var isOrdered = false
  /// What the task asks of a batch system: `config.slurm.sbatch_options`.
  public var batchOptions: [BatchOption] = []

  public init() {}
}

/// What one node must have.
public struct Requirements: Codable, Equatable, Sendable {
  /// As `--infra` names it; nil for any.
  public var infra: String?
  /// A cloud or Kubernetes that is named instead, where this program brings up no nodes.
  public var cloud: String?
  public var cpus: Quantity?
  /// In GiB.
  public var memory: Quantity?
  /// Any one of these suffices; none is asked for when empty.
  public var accelerators: [Accelerator] = []

  public init() {}
}

/// An amount such as `4` or `4+`.
public struct Quantity: Codable, Equatable, Sendable {
  public var amount: Double
  /// `4+`: more is fine. Nodes that exist are also taken when they have more than `4`.
  public var orMore: Bool
  /// `memory: 4x`: the amount counts for each cpu.
  public var perCPU: Bool

  public init(_ amount: Double, orMore: Bool = false, perCPU: Bool = false) {
    self.amount = amount
    self.orMore = orMore
    self.perCPU = perCPU
  }
}

/// A kind of GPU and how many of it a node must have.
public struct Accelerator: Codable, Equatable, Sendable {
  /// As written; compare without regard to case.
  public var name: String
  /// May be broken: `A100:0.5` is half of one.
  public var count: Double

  public init(_ name: String, count: Double = 1) {
    self.name = name
    self.count = count
  }
}

/// When nodes that have nothing to do are stopped.
public struct Autostop: Equatable, Sendable {
  /// What keeps a node from being idle.
  public enum WaitFor: String, Sendable {
    case jobsAndSSH = "jobs_and_ssh"
    case jobs
    case none
  }

  public var idleMinutes: Int
  /// Take the nodes down rather than stop them.
  public var down: Bool
  public var waitFor: WaitFor

  public init(idleMinutes: Int = 5, down: Bool = false, waitFor: WaitFor = .jobsAndSSH) {
    self.idleMinutes = idleMinutes
    self.down = down
    self.waitFor = waitFor
  }
}
