import HostBook
import SkySync

/// A node of a cluster with a connection to it.
struct ReachedNode: Sendable {
  var rank: Int
  var alias: String
  var host: any CommandHost
}

/// Connects to all nodes of a cluster, side by side, through their aliases.
struct Reach {
  let context: ClusterContext

  /// By rank; all of them or none. Throws the error of the lowest rank that cannot be reached.
  func all(_ nodes: [NodeRecord]) async throws -> [ReachedNode] {
    try await withThrowingTaskGroup(of: ReachedNode.self) { group in
      for node in nodes {
        group.addTask { [context] in
          ReachedNode(
            rank: node.rank, alias: node.alias, host: try await context.connect(node.alias))
        }
      }
      var reached: [ReachedNode] = []
      for try await node in group { reached.append(node) }
      return reached.sorted { $0.rank < $1.rank }
    }
  }
}
