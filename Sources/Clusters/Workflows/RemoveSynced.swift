import SkySync
import SystemPackage

/// Takes away from nodes what mounts brought there: only what was sent, and not what was changed since.
struct RemoveSynced {
  let context: ClusterContext
  let cluster: ClusterRecord

  /// - Parameter targets: of mounts that stay; nothing in them is touched.
  /// - Returns: what was done with each node.
  func run(
    _ entries: [SyncedEntry], keeping targets: [String], from nodes: [ReachedNode]
  ) async throws -> [SyncReport] {
    let buckets = entries.filter { $0.kind == .bucket }
    let memory = SyncMemory(context.home)
    let unknown = buckets.filter { entry in
      entry.bucket?.isMount == false
        && !nodes.contains { memory.copied(cluster, rank: $0.rank, target: entry.target) != nil }
    }
    try await NodeBuckets(context: context).remove(
      buckets, keeping: targets, cluster, from: nodes)
    try await removeEmpty(buckets.map(\.target), on: nodes)
    let files = entries.filter { $0.kind != .bucket }
    var reports: [SyncReport] = []
    for node in nodes where !files.isEmpty {
      // Nodes that share a home have what is in it once.
      let own = files.filter { node.homeOf == nil || $0.target.hasPrefix("/") }
      let pairs = own.map { entry -> SyncPair in
        let target = Array(entry.target.utf8)
        let manifest = memory.manifest(cluster, rank: node.rank, target: target)
        let shape: SyncPair.Shape = entry.kind == .folder ? .contents : .file
        return SyncPair(
          removing: target, of: FilePath(entry.source ?? "/"), shape: shape, manifest: manifest
        ) { path in
          let full = entry.kind == .folder ? target + [0x2f] + path : target
          return !targets.contains { isIn(full, Array($0.utf8)) }
        }
      }
      guard !pairs.isEmpty else { continue }
      let report = try await Push.run(pairs, to: node.host)
      context.report(.synced(alias: node.alias, report))
      let folders = own.filter { $0.kind == .folder }.map(\.target)
      try await removeEmpty(folders, on: [node])
      reports.append(report)
    }
    for entry in entries {
      try await context.state.forgetSynced(entry.target, of: cluster.name)
      try await context.state.forgetUse(of: entry, by: cluster.name)
      let names = nodes.map(\.alias).joined(separator: ", ")
      context.report(
        .notice(
          unknown.contains(entry)
            ? "\(entry.target): nothing is known of a copy to it, so nothing was removed from \(names)"
            : "\(entry.target) was removed from \(names)"))
    }
    return reports
  }

  /// A folder that holds nothing more goes too.
  private func removeEmpty(_ folders: [String], on nodes: [ReachedNode]) async throws {
    guard !folders.isEmpty else { return }
    let lines = folders.map { folder -> String in
      let isHome = folder.hasPrefix("~/")
      let rest = ShellText.quoted(isHome ? String(folder.dropFirst(2)) : folder)
      return isHome ? "rmdir \"$HOME\"/\(rest)" : folder == "~" ? ":" : "rmdir \(rest)"
    }
    let script = "exec 2>/dev/null\n\(lines.joined(separator: "\n"))\nexit 0\n"
    for node in nodes { _ = try await NodeShell.run(Array(script.utf8), on: node.host) }
  }
}

private func isIn(_ path: [UInt8], _ folder: [UInt8]) -> Bool {
  path == folder || path.starts(with: folder + [0x2f])
}
