import HostBook
import SkySync

/// A node of a cluster with a connection to it.
struct ReachedNode: Sendable {
  var rank: Int
  var alias: String
  /// The address that nodes use among themselves.
  var internalIP: String
  /// The rank of the node whose home this one shares; nil for none.
  var homeOf: Int?
  var host: any CommandHost
}

/// Connects to nodes through their aliases.
struct Reach {
  let context: ClusterContext

  /// All of them side by side, by rank. Throws the error of the lowest rank that cannot be reached.
  func all(_ nodes: [NodeRecord]) async throws -> [ReachedNode] {
    try await each(nodes).map { try $0.get() }
  }

  /// All of them side by side, each with its own outcome, in their order.
  func each(_ nodes: [NodeRecord]) async -> [Result<ReachedNode, SyncError>] {
    await resultsInParallel(nodes, width: max(1, nodes.count)) { node throws(SyncError) in
      ReachedNode(
        rank: node.rank, alias: node.alias, internalIP: node.internalIP, homeOf: node.homeOf,
        host: try await context.connect(node.alias))
    }
  }

  /// One node anew after its connection broke: tries for a minute and a half, then gives it up.
  ///
  /// Throws `nodeGone` as soon as the provider knows that the node is down.
  func again(
    _ nodes: [NodeRecord], rank: Int, of cluster: String
  ) async throws(SyncError) -> any CommandHost {
    guard let node = nodes.first(where: { $0.rank == rank }) else {
      throw SyncError(.unreachable, "rank \(rank)", "the cluster has no such node any more")
    }
    context.report(.notice("\(node.alias): the connection broke; reconnecting"))
    let deadline = ContinuousClock.now + .seconds(90)
    for attempt in 0... {
      do throws(SyncError) {
        return try await context.connect(node.alias)
      } catch {
        if attempt % 5 == 0, await isGone(rank, of: cluster) {
          throw SyncError(.nodeGone, node.alias, "the node is down")
        }
        let isPassing = error.code == .unreachable || error.code == .timeout
        guard isPassing, ContinuousClock.now < deadline else { throw error }
      }
      do { try await Task.sleep(for: .seconds(1)) } catch {
        throw SyncError(.cancelled, node.alias, "interrupted")
      }
    }
    throw SyncError(.timeout, node.alias, "does not come back")
  }

  /// Whether the provider knows that the node is down, which no waiting will change.
  private func isGone(_ rank: Int, of cluster: String) async -> Bool {
    guard let record = try? await context.state.cluster(cluster),
      let provider = try? context.provider(record.infra), provider.seesNodesFromOutside,
      let nodes = try? await provider.nodes(of: context.spec(record))
    else { return false }
    return nodes.first { $0.rank == rank }?.state != .up
  }
}
