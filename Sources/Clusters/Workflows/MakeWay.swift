import SkySync

/// Takes away what a cluster's last task brought to a target where this one brings something of another kind: a
/// file in place of a folder, or files in place of a bucket, which would else get them.
struct MakeWay {
  let context: ClusterContext
  let cluster: ClusterRecord

  /// What was changed on a node stays there, and is in the way then.
  func run(for sources: TaskSources, on nodes: [ReachedNode]) async throws {
    let turned = try await context.state.synced(to: cluster.name).filter { old in
      guard !old.isWorkdir, let new = sources.entries.first(where: { $0.target == old.target })
      else { return false }
      return new.kind != old.kind
    }
    guard !turned.isEmpty else { return }
    _ = try await RemoveSynced(context: context, cluster: cluster).run(
      turned, keeping: [], from: nodes)
  }
}
