import HostBook
import SkySync
import SystemPackage

/// `sky sync`: the workdir, the file mounts and the buckets of a cluster's last task again.
public struct SyncCluster: Sendable {
  let context: ClusterContext

  public init(_ context: ClusterContext) { self.context = context }

  /// - Parameters:
  ///   - delete: remove what mounts brought that are not in the task any more, unless it was changed on the
  ///     node since.
  ///   - onReports: told what was done with each node.
  public func run(
    _ name: String, delete: Bool, onReports: @escaping ([SyncReport]) -> Void = { _ in }
  ) async throws {
    let lock = try await context.lock(name, purpose: "sky sync \(name)")
    defer { withExtendedLifetime(lock) {} }
    let cluster = try await context.runningCluster(name)
    let entries = try await context.state.synced(to: name)
    let sources = try TaskSources(again: entries, context)
    let buckets = try await TaskStorage(
      TaskStorage.mounts(again: entries), here: context.stores, folder: "/", git: context.git)
    let nodes = try await Reach(context: context).all(context.state.nodes(of: name))
    let removed = try await leave(entries, cluster, nodes, delete: delete)
    var sync = SyncTask(context: context, cluster: cluster)
    sync.onReports = onReports
    try await sync.run(sources, to: nodes)
    try await NodeBuckets(context: context).bring(buckets, cluster: cluster, to: nodes)
    guard sources.sources.isEmpty else { return }
    onReports(removed)
    if sources.repository == nil, removed.isEmpty, buckets.isEmpty {
      context.report(.notice("\(name): its last task has neither a workdir nor file mounts"))
    }
  }

  /// Removes the mounts that are in the task no more, or says that they are there.
  private func leave(
    _ entries: [SyncedEntry], _ cluster: ClusterRecord, _ nodes: [ReachedNode], delete: Bool
  ) async throws -> [SyncReport] {
    let left = entries.filter { !$0.isCurrent && !$0.isWorkdir }
    guard delete else {
      for entry in left {
        context.report(
          .notice("\(entry.target) is in the task no more; --delete removes it on the nodes"))
      }
      return []
    }
    guard !left.isEmpty else { return [] }
    let removal = RemoveSynced(context: context, cluster: cluster)
    return try await removal.run(
      left, keeping: entries.filter(\.isCurrent).map(\.target), from: nodes)
  }
}
