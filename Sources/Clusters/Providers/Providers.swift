import HostBook

/// What providers work with besides what they are asked for.
public struct ProviderSupport: Sendable {
  public var home: SkyHome
  public var state: StateStore
  /// Reaches machines by the names that the user's ssh configuration has for them.
  public var connector: Connector
  /// Told about each step.
  public var report: @Sendable (Event) -> Void
  /// Host keys that nobody knows yet are learned without asking.
  public var acceptsNewHostKeys: Bool

  public init(
    home: SkyHome, state: StateStore, connector: Connector,
    report: @escaping @Sendable (Event) -> Void, acceptsNewHostKeys: Bool = false
  ) {
    self.home = home
    self.state = state
    self.connector = connector
    self.report = report
    self.acceptsNewHostKeys = acceptsNewHostKeys
  }
}

/// The providers of this machine by infra name.
public enum Providers {
  /// Every infra that `sky check` is to look at: local, and what the user's files describe.
  ///
  /// A file that cannot be read is listed with what is wrong.
  public static func known(_ support: ProviderSupport) -> [(infra: String, problem: ProviderError?)]
  {
    [("local", nil)] + SSHPoolProvider.known(support.home) + SlurmProvider.known(support.home)
  }

  /// Throws `unknownName` for a name that none of them has.
  public static func find(
    _ infra: String, _ support: ProviderSupport
  ) throws(WorkflowError) -> any Provider {
    let parts = infra.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    switch (parts[0], parts.count) {
    case ("local", 1): return LocalProvider(home: support.home)
    case ("ssh", 2) where !parts[1].isEmpty:
      return SSHPoolProvider(name: parts[1], support: support)
    case ("slurm", 2) where !parts[1].isEmpty:
      return SlurmProvider(cluster: parts[1], partition: nil, support: support)
    case ("slurm", 3) where !parts[1].isEmpty && !parts[2].isEmpty:
      return SlurmProvider(cluster: parts[1], partition: parts[2], support: support)
    default:
      throw WorkflowError(
        .unknownName, infra, "there is no such infra",
        advice: "There are local, ssh/POOL, POOL being one of ~/.sky/ssh_node_pools.yaml, and "
          + "slurm/CLUSTER[/PARTITION], CLUSTER being a Host of ~/.slurm/config or ~/.ssh/config.")
    }
  }
}
