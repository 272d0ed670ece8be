import HostBook
import SkySync
import SystemPackage

/// `sky sync --watch`: every edit here follows to the nodes until the calling task is cancelled.
public struct WatchCluster: Sendable {
  let context: ClusterContext

  public init(_ context: ClusterContext) { self.context = context }

  /// Ends by throwing: `CancellationError`, or why it cannot go on. A broken connection is made anew.
  ///
  /// - Parameter onSync: what was done with each node, after each sync.
  public func run(
    _ name: String, onSync: @escaping @Sendable ([SyncReport]) -> Void = { _ in }
  ) async throws -> Never {
    let watch = TreeWatch()
    var nodes: [ReachedNode] = []
    var last: [FileTree] = []
    var told: String?
    var isWatching = false
    while true {
      do {
        let sources = try TaskSources(again: try await context.state.synced(to: name), context)
        guard !sources.sources.isEmpty else {
          throw WorkflowError(
            .badRequest, name, "its last task brought nothing from here that could be watched",
            advice: "A workdir or a file mount that is a file or folder here can be.")
        }
        let trees = try await trees(of: sources)
        let isUnseen = watch.watch(Self.folders(of: sources, trees))
        if trees != last {
          if nodes.isEmpty { nodes = try await reach(name) }
          try await sync(name, sources, nodes, onSync)
          last = trees
          told = nil
        }
        if isUnseen { continue }
        if !isWatching { try await tellBegin(name, watch) }
        isWatching = true
      } catch {
        guard Self.isPassing(error) else { throw error }
        if told != "\(error)" { context.report(.notice("\(error)")) }
        told = "\(error)"
        (nodes, last) = ([], [])
        try await Task.sleep(for: .seconds(2))
        continue
      }
      try await watch.change()
    }
  }

  private func tellBegin(_ name: String, _ watch: TreeWatch) async throws {
    let entries = try await context.state.synced(to: name)
    if entries.contains(where: { $0.kind == .bucket && $0.isCurrent }) {
      context.report(
        .notice("buckets are not watched; `sky sync \(name)` brings what is new there"))
    }
    #if os(Linux)
      if watch.isLooking {
        context.report(
          .notice(
            "the kernel has no watches left for all these folders (/proc/sys/fs/inotify), so they are "
              + "looked at once a second"))
      }
    #endif
    context.report(.phase("watching; Ctrl-C ends it"))
  }

  private func reach(_ name: String) async throws -> [ReachedNode] {
    _ = try await context.runningCluster(name)
    return try await Reach(context: context).all(context.state.nodes(of: name))
  }

  private func sync(
    _ name: String, _ sources: TaskSources, _ nodes: [ReachedNode],
    _ onSync: @escaping @Sendable ([SyncReport]) -> Void
  ) async throws {
    let lock = try await context.lock(name, purpose: "sky sync --watch \(name)")
    defer { withExtendedLifetime(lock) {} }
    let cluster = try await context.runningCluster(name)
    // A repository's edits are not here.
    var files = sources
    files.repository = nil
    var sync = SyncTask(context: context, cluster: cluster)
    sync.onReports = onSync
    do {
      try await sync.run(files, to: nodes)
    } catch let error as WorkflowError where error.code == .partly {
      // The next edit may be what mends it.
      context.report(.notice("\(error)"))
    }
  }

  private func trees(of sources: TaskSources) async throws(SyncError) -> [FileTree] {
    var trees: [FileTree] = []
    for source in sources.sources { trees.append(try await source.look.result().tree) }
    return trees
  }

  /// Every folder that is sent; of a file the one that it is in, for editors replace files.
  private static func folders(of sources: TaskSources, _ trees: [FileTree]) -> Set<FilePath> {
    var folders: Set<FilePath> = []
    for (source, tree) in zip(sources.sources, trees) {
      guard source.shape == .contents else {
        folders.insert(source.path.removingLastComponent())
        continue
      }
      folders.insert(source.path)
      for entry in tree.entries where entry.kind == .folder {
        folders.insert(source.path.appending(String(decoding: entry.path, as: UTF8.self)))
      }
    }
    return folders
  }

  /// A source that an editor or git is replacing is back soon; so may the network be.
  private static func isPassing(_ error: any Error) -> Bool {
    if Task.isCancelled { return false }
    switch error {
    case let error as WorkflowError: return error.code == .noSource
    case let error as SyncError:
      return [.unreachable, .connectionLost, .timeout, .noSource].contains(error.code)
    default: return false
    }
  }
}
