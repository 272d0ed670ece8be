import HostBook
import SkySync
import SystemPackage

/// What every workflow works with. Made once by the command line; tests hand in their own.
public struct ClusterContext: Sendable {
  public var home: SkyHome
  public var state: StateStore
  public var book: BookStore
  /// Where git's ignore rules of this user are.
  public var git: GitEnvironment
  /// The object stores that this user can reach.
  public var stores: ObjectStores
  /// The user's variables, for the programs that are started here: ssh with its agent, git.
  public var environment: [String: String] = [:]
  /// The provider of an infra name such as `local`; throws `unknownName` for others.
  public var provider: @Sendable (String) throws(WorkflowError) -> any Provider
  /// Opens a connection to an alias, resolved as ssh resolves it.
  public var connect: @Sendable (String) async throws(SyncError) -> any CommandHost
  /// Makes sure that ssh finds the book; called after all checks, before the first name is written.
  public var includeBook: @Sendable () throws -> Void = {}
  /// Asked before sources of unusual size are sent for the first time; false ends the launch.
  public var mayGoOn: @Sendable () -> Bool = { true }
  /// Told about each step, in order; called from several tasks.
  public var report: @Sendable (Event) -> Void

  public init(
    home: SkyHome, state: StateStore, book: BookStore, git: GitEnvironment,
    stores: ObjectStores,
    provider: @escaping @Sendable (String) throws(WorkflowError) -> any Provider,
    connect: @escaping @Sendable (String) async throws(SyncError) -> any CommandHost,
    report: @escaping @Sendable (Event) -> Void
  ) {
    self.home = home
    self.state = state
    self.book = book
    self.git = git
    self.stores = stores
    self.provider = provider
    self.connect = connect
    self.report = report
  }

  /// The lock on one cluster, with words when another `sky` holds it.
  func lock(_ cluster: String, purpose: String) async throws(StateError) -> ClusterLock {
    try await ClusterLock.acquire(cluster, in: home, purpose: purpose) { [report] line in
      report(.notice(line))
    }
  }

  /// What the provider is asked for on behalf of `cluster`.
  func spec(_ cluster: ClusterRecord) -> ClusterSpec {
    ClusterSpec(
      name: cluster.name, incarnation: cluster.incarnation, numNodes: cluster.numNodes,
      identityFile: home.keys.appending(cluster.name))
  }
}

extension ClusterContext {
  /// A cluster that is up; throws `notUp` with what to do otherwise.
  func runningCluster(_ name: String) async throws -> ClusterRecord {
    let cluster = try await state.existingCluster(name)
    guard cluster.state == .up else {
      throw WorkflowError(
        .notUp, name, "the cluster is \(cluster.state.rawValue)",
        advice: "`sky start \(name)` brings it up.")
    }
    return cluster
  }

  /// The nodes that a task runs on: the first `count` of the cluster, all when nil.
  func nodes(of cluster: ClusterRecord, count: Int?) async throws -> [NodeRecord] {
    let nodes = try await state.nodes(of: cluster.name)
    let wanted = count ?? nodes.count
    guard wanted <= nodes.count else {
      throw WorkflowError(
        .badRequest, cluster.name,
        "the task asks for \(wanted) nodes, the cluster has \(nodes.count)",
        advice: "Give a smaller --num-nodes, or launch another cluster.")
    }
    return Array(nodes.prefix(wanted))
  }

  /// Whether anything in a bucket is copied to or mounted on the nodes of a cluster.
  func usesBuckets(_ cluster: String) async throws(StateError) -> Bool {
    try await state.storage().contains { $0.clusters.contains(cluster) }
  }
}
