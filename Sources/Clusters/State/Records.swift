/// What a cluster is doing, as far as this machine knows.
public enum ClusterState: String, Codable, Sendable {
  /// Being brought up, or left half-way by a launch that did not finish.
  case initializing = "INIT"
  case up = "UP"
  case stopped = "STOPPED"
}

/// A cluster, as it is remembered between two commands.
public struct ClusterRecord: Equatable, Sendable {
  public var name: String
  /// Changes each time the cluster is created anew: names host keys and sockets.
  public var incarnation: String
  public var state: ClusterState
  /// As `--infra` names it.
  public var infra: String
  public var numNodes: Int
  public var launchedAt: Timestamp
  public var lastUse: Timestamp
  /// The local folder of the last task, absolute; nil when it had none.
  public var workdir: String?
  /// The last task as YAML text; secrets are left out (`TaskFile.textWithoutSecrets`).
  public var task: String?

  public init(
    name: String, incarnation: String, state: ClusterState, infra: String, numNodes: Int,
    launchedAt: Timestamp, lastUse: Timestamp, workdir: String? = nil, task: String? = nil
  ) {
    self.name = name
    self.incarnation = incarnation
    self.state = state
    self.infra = infra
    self.numNodes = numNodes
    self.launchedAt = launchedAt
    self.lastUse = lastUse
    self.workdir = workdir
    self.task = task
  }
}

/// How one node of a cluster is reached.
public struct NodeRecord: Equatable, Sendable {
  /// 0 is the head.
  public var rank: Int
  /// The name in the ssh configuration.
  public var alias: String
  public var hostname: String
  public var port: UInt16
  public var user: String
  /// The address that nodes use among themselves.
  public var internalIP: String
  /// The rank of the node whose home this one shares; nil for none.
  public var homeOf: Int?

  public init(
    rank: Int, alias: String, hostname: String, port: UInt16, user: String, internalIP: String,
    homeOf: Int? = nil
  ) {
    self.rank = rank
    self.alias = alias
    self.hostname = hostname
    self.port = port
    self.user = user
    self.internalIP = internalIP
    self.homeOf = homeOf
  }
}

public enum JobState: String, Codable, Sendable {
  case pending = "PENDING"
  case settingUp = "SETTING_UP"
  case running = "RUNNING"
  case succeeded = "SUCCEEDED"
  case failed = "FAILED"
  case failedSetup = "FAILED_SETUP"
  case cancelled = "CANCELLED"

  /// Nothing more will happen to the job.
  public var isFinal: Bool {
    switch self {
    case .pending, .settingUp, .running: false
    case .succeeded, .failed, .failedSetup, .cancelled: true
    }
  }
}

/// One run of a task on a cluster.
public struct JobRecord: Equatable, Sendable {
  public var cluster: String
  /// Counts from 1 in each cluster; never given twice, also not after a job is forgotten.
  public var id: Int
  public var name: String?
  public var state: JobState
  public var submittedAt: Timestamp
  public var startedAt: Timestamp?
  public var endedAt: Timestamp?
  /// By rank; nil for a node whose command has not ended.
  public var exitCodes: [Int32?]
  /// The folder of the logs on this machine, absolute.
  public var logPath: String

  public init(
    cluster: String, id: Int, name: String?, state: JobState, submittedAt: Timestamp,
    startedAt: Timestamp? = nil, endedAt: Timestamp? = nil, exitCodes: [Int32?] = [],
    logPath: String
  ) {
    self.cluster = cluster
    self.id = id
    self.name = name
    self.state = state
    self.submittedAt = submittedAt
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.exitCodes = exitCodes
    self.logPath = logPath
  }
}
