import HostBook
import SkySync
import SystemPackage

/// What every workflow works with. Made once by the command line; tests hand in their own.
public struct ClusterContext: Sendable {
  public var home: SkyHome
  public var state: StateStore
  public var book: BookStore
  /// The provider of an infra name such as `local`; throws `unknownName` for others.
  public var provider: @Sendable (String) throws(WorkflowError) -> any Provider
  /// Opens a connection to an alias, resolved as ssh resolves it.
  public var connect: @Sendable (String) async throws(SyncError) -> any CommandHost
  /// Told about each step, in order; called from several tasks.
  public var report: @Sendable (Event) -> Void

  public init(
    home: SkyHome, state: StateStore, book: BookStore,
    provider: @escaping @Sendable (String) throws(WorkflowError) -> any Provider,
    connect: @escaping @Sendable (String) async throws(SyncError) -> any CommandHost,
    report: @escaping @Sendable (Event) -> Void
  ) {
    self.home = home
    self.state = state
    self.book = book
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
