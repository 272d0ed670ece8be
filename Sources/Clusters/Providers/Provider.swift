import HostBook
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

  /// Brings all nodes of `cluster` up, starting those that are not; returns them by rank.
  func up(_ cluster: ClusterSpec) async throws(ProviderError) -> [Node]

  /// Whether `nodes(of:)` knows how a node is without reaching it: what it says of a silent one is final.
  var seesNodesFromOutside: Bool { get }

  /// How jobs on the first `nodes` nodes are started when the nodes do not start their own; nil when they do.
  func spread(_ cluster: ClusterSpec, nodes: Int) -> JobSpread?

  /// The nodes as they are now, by rank; looks, never changes.
  func nodes(of cluster: ClusterSpec) async throws(ProviderError) -> [NodeStatus]

  /// Ends the nodes' processes and keeps their files.
  func stop(_ cluster: ClusterSpec) async throws(ProviderError)

  /// Ends the nodes and removes their files. No process, mount or folder of them is left.
  func down(_ cluster: ClusterSpec) async throws(ProviderError)
}

extension Provider {
  public var seesNodesFromOutside: Bool { false }
  public func spread(_ cluster: ClusterSpec, nodes: Int) -> JobSpread? { nil }
}

/// What a provider is asked for.
public struct ClusterSpec: Equatable, Sendable {
  public var name: String
  /// Changes each time the cluster is created anew: names host keys and sockets.
  public var incarnation: String
  public var numNodes: Int
  /// The cluster's own key pair: `identityFile` and `identityFile.pub` exist already.
  public var identityFile: FilePath

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
    /// The task was cancelled; the same call finishes the work later: exit 130.
    public static let cancelled = Code(rawValue: "cancelled")
  }

  public var code: Code
  public var subject: String
  public var reason: String
  public var advice: String?

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
