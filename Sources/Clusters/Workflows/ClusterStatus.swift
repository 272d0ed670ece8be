import HostBook

/// A cluster with its nodes, as it is known or, after a refresh, as it is.
public struct ClusterStatus: Equatable, Sendable {
  public var cluster: ClusterRecord
  public var nodes: [NodeRecord]
}

/// Tells what clusters there are.
public struct StatusReport: Sendable {
  let context: ClusterContext

  public init(_ context: ClusterContext) { self.context = context }

  /// - Parameters:
  ///   - names: which clusters, all when empty; an unknown one throws `noSuchCluster`.
  ///   - refresh: ask the providers, and remember what they say. Of clusters that may have stopped by
  ///     themselves they are asked anyway.
  public func run(_ names: [String], refresh: Bool) async throws -> [ClusterStatus] {
    var clusters: [ClusterRecord] = []
    if names.isEmpty {
      clusters = try await context.state.clusters()
    } else {
      for name in names { clusters.append(try await context.state.existingCluster(name)) }
    }
    var result: [ClusterStatus] = []
    for cluster in clusters {
      let now = refresh ? try await refreshed(cluster) : try await watched(cluster)
      // Ends what is left of jobs of which a rank failed, and remembers how they stand.
      if refresh, now.state == .up { _ = try? await JobQueue(context).list(cluster.name) }
      result.append(
        ClusterStatus(cluster: now, nodes: try await context.state.nodes(of: cluster.name)))
    }
    return result
  }

  /// Looks also without being asked to, where nodes may have ended themselves by now.
  private func watched(_ cluster: ClusterRecord) async throws -> ClusterRecord {
    guard cluster.state != .stopped, try await mayHaveStopped(cluster) else { return cluster }
    // Whoever has the lock works with the nodes.
    guard
      let lock = try? await ClusterLock.acquire(
        cluster.name, in: context.home, purpose: "sky status", patience: .zero)
    else { return cluster }
    defer { withExtendedLifetime(lock) {} }
    do { return try await look(cluster) } catch {
      context.report(
        .notice("\(cluster.name) may have stopped by itself, and cannot be asked: \(error)"))
      return cluster
    }
  }

  /// It was idle for the time that was set, as far as is known here.
  private func mayHaveStopped(_ cluster: ClusterRecord) async throws -> Bool {
    guard let autostop = try await context.state.autostop(of: cluster.name) else { return false }
    let jobs = try await context.state.jobs(of: cluster.name)
    let signs =
      [autostop.since, cluster.lastUse] + jobs.map { $0.endedAt ?? $0.startedAt ?? $0.submittedAt }
    let last = signs.map(\.seconds).max() ?? 0
    return Timestamp.now().seconds >= last + Int64(autostop.idleMinutes) * 60
  }

  private func refreshed(_ cluster: ClusterRecord) async throws -> ClusterRecord {
    let lock = try await context.lock(cluster.name, purpose: "sky status -r")
    defer { withExtendedLifetime(lock) {} }
    return try await look(cluster)
  }

  /// Asks the provider. All nodes up is UP, none is STOPPED; in between the cluster needs a `start`: INIT.
  private func look(_ cluster: ClusterRecord) async throws -> ClusterRecord {
    let nodes = try await context.provider(cluster.infra).nodes(of: context.spec(cluster))
    let down = nodes.filter { $0.state != .up }
    let state: ClusterState =
      down.isEmpty ? .up : down.count == nodes.count ? .stopped : .initializing
    for node in down where cluster.state == .up {
      let alias = NodeName.alias(cluster: cluster.name, rank: node.rank)
      context.report(
        .notice("\(alias) is \(node.state.rawValue); `sky start \(cluster.name)` brings it back"))
    }
    guard state != cluster.state else { return cluster }
    try Aliases(context: context).mark(AliasEntry.State(state), cluster.name)
    return try await context.state.updateCluster(cluster.name) { $0.state = state }
  }
}

extension AliasEntry.State {
  init(_ state: ClusterState) {
    switch state {
    case .initializing: self = .initializing
    case .up: self = .up
    case .stopped: self = .stopped
    }
  }
}
