import HostBook
import SkySync

/// A node of a cluster with a connection to it.
struct ReachedNode: Sendable {
  var rank: Int
  var alias: String
  /// The address that nodes use among themselves.
  var internalIP: String
  var host: any CommandHost
}

/// Connects to nodes through their aliases.
struct Reach {
  let context: ClusterContext

  /// All of them side by side, by rank. Throws the error of the lowest rank that cannot be reached.
  func all(_ nodes: [NodeRecord]) async throws -> [ReachedNode] {
    let results = await withTaskGroup(of: (Int, Result<ReachedNode, any Error>).self) { group in
      for node in nodes {
        group.addTask {
          do { return (node.rank, .success(try await reach(node))) } catch {
            return (node.rank, .failure(error))
          }
        }
      }
      var results: [(Int, Result<ReachedNode, any Error>)] = []
      for await result in group { results.append(result) }
      return results.sorted { $0.0 < $1.0 }
    }
    return try results.map { try $0.1.get() }
  }

  /// One node anew after its connection broke: tries for a minute and a half, then gives it up.
  func again(_ nodes: [NodeRecord], rank: Int) async throws(SyncError) -> any CommandHost {
    guard let node = nodes.first(where: { $0.rank == rank }) else {
      throw SyncError(.unreachable, "rank \(rank)", "the cluster has no such node any more")
    }
    context.report(.notice("\(node.alias): the connection broke; reconnecting"))
    let deadline = ContinuousClock.now + .seconds(90)
    while true {
      do throws(SyncError) {
        return try await context.connect(node.alias)
      } catch {
        let isPassing = error.code == .unreachable || error.code == .timeout
        guard isPassing, ContinuousClock.now < deadline else { throw error }
      }
      do { try await Task.sleep(for: .seconds(1)) } catch {
        throw SyncError(.cancelled, node.alias, "interrupted")
      }
    }
  }

  private func reach(_ node: NodeRecord) async throws(SyncError) -> ReachedNode {
    ReachedNode(
      rank: node.rank, alias: node.alias, internalIP: node.internalIP,
      host: try await context.connect(node.alias))
  }
}
