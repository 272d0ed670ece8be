import HostBook
import SkySync
import SystemPackage

/// Brings nodes up, says how to reach them and with which host key, and takes them down.
///
/// The port that every kind of infrastructure implements; everything above it is the same code.
/// All calls are idempotent: after a crash the same call finishes what the first began.
public protocol Provider: Sendable {
  /// As `--infra` names it: `local`, `ssh/POOL`, `slurm/CLUSTER[/PARTITION]`.
  var infra: String { get }

  /// Why this machine cannot use it, nil when it can. No side effects.
  func missing() async -> ProviderError?

  /// Why the nodes that a new cluster asks for could not be had now, nil when they could; takes none.
  func shortage(_ cluster: ClusterSpec) async -> ProviderError?

  /// What nodes that are up have for the cluster's tasks, in their order.
  func probe(
    _ nodes: [RankedHost], of cluster: ClusterSpec
  ) async throws(ProviderError) -> [Probe]

  /// Brings all nodes of `cluster` up, starting those that are not; returns them by rank.
  func up(_ cluster: ClusterSpec) async throws(ProviderError) -> [Node]

  /// Told on which paths of the nodes (absolute, `~` or from `~/` on) files of the cluster are about to be
  /// put, so that `down` finds what was not there before.
  func announce(
    _ targets: [String], of cluster: ClusterSpec, on nodes: [RankedHost]
  ) async throws(ProviderError)

  /// Whether `nodes(of:)` knows how a node is without reaching it: what it says of a silent one is final.
  var seesNodesFromOutside: Bool { get }

  /// How nodes end themselves, `down` for good; nil when they cannot.
  func selfEnding(_ cluster: ClusterSpec, down: Bool) -> SelfEnding?

  /// How jobs on the first `nodes` nodes are started when the nodes do not start their own; nil when they do.
  func spread(_ cluster: ClusterSpec, nodes: Int) -> JobSpread?

  /// The nodes as they are now, by rank; looks, never changes.
  func nodes(of cluster: ClusterSpec) async throws(ProviderError) -> [NodeStatus]

  /// Why nodes of this kind cannot be stopped and started again, nil when they can.
  var stopProblem: ProviderError? { get }

  /// Ends the nodes' processes and keeps their files; not called when there is a `stopProblem`.
  func stop(_ cluster: ClusterSpec) async throws(ProviderError)

  /// Ends the nodes and removes their files. No process, mount or folder of them is left.
  func down(_ cluster: ClusterSpec) async throws(ProviderError)
}

extension Provider {
  public func shortage(_ cluster: ClusterSpec) async -> ProviderError? { nil }

  /// All that the machines have.
  public func probe(
    _ nodes: [RankedHost], of cluster: ClusterSpec
  ) async throws(ProviderError) -> [Probe] {
    try await inParallel(nodes, width: 64) { node throws(ProviderError) in
      do throws(SyncError) { return try await Probe.run(on: node.host) } catch {
        throw ProviderError(error)
      }
    }
  }

  public var seesNodesFromOutside: Bool { false }
  public func selfEnding(_ cluster: ClusterSpec, down: Bool) -> SelfEnding? { nil }
  public func spread(_ cluster: ClusterSpec, nodes: Int) -> JobSpread? { nil }
  public var stopProblem: ProviderError? { nil }

  /// For nodes that go with all they have.
  public func announce(
    _ targets: [String], of cluster: ClusterSpec, on nodes: [RankedHost]
  ) async throws(ProviderError) {}
}

/// What a provider is asked for.
public struct ClusterSpec: Equatable, Sendable {
  public var name: String
  /// Changes each time the cluster is created anew: names host keys and sockets.
  public var incarnation: String
  public var numNodes: Int
  /// The cluster's own key pair: `identityFile` and `identityFile.pub` exist already.
  public var identityFile: FilePath
  /// Each node has to meet one of these; anything does when empty. Asked of nodes that are new.
  public var requirements: [Requirements] = []
  /// Ports at which nothing may listen yet. Asked of nodes that are new.
  public var ports: [ClosedRange<Int>] = []
  /// What the task asks of the batch system: options by their long names. Asked of nodes that are new.
  public var options: [BatchOption] = []

  public init(name: String, incarnation: String, numNodes: Int, identityFile: FilePath) {
    self.name = name
    self.incarnation = incarnation
    self.numNodes = numNodes
    self.identityFile = identityFile
  }
}

/// How to reach one node.
public struct Node: Equatable, Sendable {
  /// 0 is the head.
  public var rank: Int
  public var hostname: String
  public var port: UInt16
  public var user: String
  /// Public host keys, each as `ssh-ed25519 AAAA…` (no comment).
  public var hostKeys: [String]
  /// The address that nodes use among themselves.
  public var internalIP: String
  /// How ssh gets there when not directly.
  public var proxy: AliasEntry.Proxy?
  /// Whether the cluster's own key lets us in; else the user's keys do, as `options` say.
  public var usesClusterKey = true
  /// Further lines of the alias.
  public var options: [AliasEntry.Option] = []
  /// The rank of the node whose home this one shares, files of one being those of the other; nil for none.
  public var homeOf: Int?

  public init(
    rank: Int, hostname: String, port: UInt16, user: String, hostKeys: [String], internalIP: String
  ) {
    self.rank = rank
    self.hostname = hostname
    self.port = port
    self.user = user
    self.hostKeys = hostKeys
    self.internalIP = internalIP
  }
}

/// What is known of one node.
public struct NodeStatus: Equatable, Sendable {
  public enum State: String, Sendable { case up, stopped, gone }

  public var rank: Int
  public var state: State

  public init(rank: Int, state: State) {
    self.rank = rank
    self.state = state
  }
}

/// Why a provider could not do it: what was tried, why it failed, what to do.
public struct ProviderError: ExplainedError, Equatable, Sendable {
  public struct Code: Hashable, Sendable, RawRepresentable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A program or permission is missing on this machine: exit 1.
    public static let unavailable = Code(rawValue: "unavailable")
    /// A node did not come up: exit 69.
    public static let nodeFailed = Code(rawValue: "node-failed")
    /// Another program has the address that a node listens at: exit 69.
    public static let addressTaken = Code(rawValue: "address-taken")
    /// A folder could not be written or removed: exit 73.
    public static let cannotWrite = Code(rawValue: "cannot-write")
    /// The host key is not the known one, or is unknown and may not be learned: exit 76.
    public static let hostKey = Code(rawValue: "host-key")
    /// A node refuses the user: exit 77.
    public static let authentication = Code(rawValue: "authentication")
    /// There are too few nodes that are free, reachable and what the task asks for: exit 69.
    public static let tooFew = Code(rawValue: "too-few")
    /// A file that describes the nodes is malformed; the subject is FILE:LINE:COLUMN: exit 65.
    public static let badInput = Code(rawValue: "bad-input")
    /// No pool, login node or partition has this name: exit 68.
    public static let unknownName = Code(rawValue: "unknown-name")
    /// Such nodes cannot do this: exit 1.
    public static let unsupported = Code(rawValue: "unsupported")
    /// The task was cancelled; the same call finishes the work later: exit 130.
    public static let cancelled = Code(rawValue: "cancelled")
  }

  public var code: Code
  public var subject: String
  public var reason: String
  public var advice: String?
  /// `up` has made nothing, or has taken it away again: there is no cluster.
  public var leavesNothing = false

  public init(_ code: Code, _ subject: String, _ reason: String, advice: String? = nil) {
    self.code = code
    self.subject = subject
    self.reason = reason
    self.advice = advice
  }

  static func cancelled(_ subject: String) -> ProviderError {
    ProviderError(.cancelled, subject, "interrupted")
  }
}
