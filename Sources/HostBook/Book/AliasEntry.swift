import SystemPackage

/// One name that ssh understands because of us, and all that its Host block says.
public struct AliasEntry: Equatable, Sendable {
  /// What the name stands for in a cluster; nil for hosts added by hand.
  public struct ClusterNode: Equatable, Sendable {
    public var cluster: String
    /// 0 is the head.
    public var rank: Int
    /// Changes each time the cluster is created anew; lower-case letters and digits.
    public var incarnation: String
    public var state: State
    /// As `--infra` names it: `local`, `ssh/POOL`, `slurm/CLUSTER[/PARTITION]`.
    public var infra: String

    public init(
      cluster: String, rank: Int, incarnation: String, state: State = .up, infra: String = "local"
    ) {
      self.cluster = cluster
      self.rank = rank
      self.incarnation = incarnation
      self.state = state
      self.infra = infra
    }
  }

  public enum State: String, Sendable, CaseIterable {
    case initializing = "INIT"
    case up = "UP"
    case stopped = "STOPPED"
  }

  public enum Role: String, Sendable {
    case head, worker
  }

  /// How ssh gets there when not directly.
  public enum Proxy: Equatable, Sendable {
    /// ProxyJump: one or more `[user@]host[:port]`, separated by commas.
    case jump(String)
    /// ProxyCommand, as ssh_config(5) takes it: to the end of the line, run by the user's shell.
    case command(String)
  }

  /// Whether a host key is known from the start or learned at the first connection.
  public enum HostKeyCheck: String, Sendable {
    /// StrictHostKeyChecking yes: only keys pinned in our known_hosts.
    case pinned = "yes"
    /// StrictHostKeyChecking accept-new: the first key seen is kept, a changed one is refused.
    case acceptNew = "accept-new"
  }

  /// One further line of the block: a keyword of ssh_config(5) and its value as written there.
  public struct Option: Equatable, Sendable {
    public var keyword: String
    public var value: String

    public init(_ keyword: String, _ value: String) {
      self.keyword = keyword
      self.value = value
    }
  }

  public var alias: String
  public var node: ClusterNode?
  /// A name or an address, without brackets.
  public var hostname: String
  public var port: UInt16
  public var user: String
  /// Absolute; nil leaves the choice of keys to the user's own configuration.
  public var identityFile: FilePath?
  public var proxy: Proxy?
  /// The name of the pinned keys in our known_hosts, in lower case.
  public var hostKeyAlias: String
  public var hostKeyCheck: HostKeyCheck
  /// In order; the first of a keyword wins unless the keyword is additive.
  public var options: [Option]

  public init(
    alias: String, node: ClusterNode? = nil, hostname: String, port: UInt16 = 22, user: String,
    identityFile: FilePath? = nil, proxy: Proxy? = nil, hostKeyAlias: String? = nil,
    hostKeyCheck: HostKeyCheck = .pinned, options: [Option] = []
  ) {
    self.alias = alias
    self.node = node
    self.hostname = hostname
    self.port = port
    self.user = user
    self.identityFile = identityFile
    self.proxy = proxy
    self.hostKeyAlias = hostKeyAlias ?? HostKeyName.of(alias, node)
    self.hostKeyCheck = hostKeyCheck
    self.options = options
  }

  public var cluster: String? { node?.cluster }
  public var rank: Int? { node?.rank }
  public var incarnation: String? { node?.incarnation }
  public var state: State? { node?.state }
  public var infra: String? { node?.infra }
  public var role: Role? { node.map { $0.rank == 0 ? .head : .worker } }
}

/// Names made from a cluster's name.
public enum NodeName {
  /// `dev` for the head, `dev-worker1` … for the others.
  public static func alias(cluster: String, rank: Int) -> String {
    rank == 0 ? cluster : "\(cluster)-worker\(rank)"
  }
}

/// HostKeyAlias values: the names under which keys are pinned.
public enum HostKeyName {
  /// `sky-dev-k3f9-0`: a new one for each incarnation, so that a re-used address cannot clash.
  public static func node(cluster: String, incarnation: String, rank: Int) -> String {
    "sky-\(cluster)-\(incarnation)-\(rank)".lowercased()
  }

  /// `sky.web` for a host added by hand: no cluster's name has that form.
  public static func manual(_ alias: String) -> String { "sky.\(alias)".lowercased() }

  static func of(_ alias: String, _ node: AliasEntry.ClusterNode?) -> String {
    guard let node else { return manual(alias) }
    return self.node(cluster: node.cluster, incarnation: node.incarnation, rank: node.rank)
  }
}
