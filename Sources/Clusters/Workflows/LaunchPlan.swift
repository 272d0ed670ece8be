import HostBook
import SkySync

/// What `sky launch` would do, for `--dryrun`: every check is made, nothing is changed.
public struct LaunchPlan: Sendable {
  let context: ClusterContext

  public init(_ context: ClusterContext) { self.context = context }

  /// One line for each thing that would be done; throws what the launch would refuse with.
  public func lines(_ request: LaunchRequest) async throws -> [String] {
    try EntryCheck.name(request.cluster)
    let task = request.task
    let sources = try TaskSources(task, folder: request.folder, context, mounts: true)
    _ = try await TaskStorage(
      task.fileMounts, here: context.stores, folder: request.folder, git: context.git)
    var lines = [try await clusterLine(request)]
    if let repository = sources.repository {
      let ref = repository.ref.map { " at \($0)" } ?? ""
      lines.append("clone \(repository.address.shown)\(ref) to ~/sky_workdir")
    }
    for source in sources.sources {
      let files = try await source.look.result().tree.entries.filter { $0.kind != .folder }
      let bytes = files.reduce(0) { $0 + ($1.kind == .file ? $1.size : 0) }
      let target = String(decoding: source.target, as: UTF8.self)
      lines.append("sync \(source.shown) to \(target): \(files.count) files, \(bytes) bytes")
    }
    for mount in task.fileMounts {
      switch mount.source {
      case .local: continue
      case .bucket(let uri): lines.append("copy \(uri) to \(mount.target)")
      case .storage(let spec): lines.append("\(spec.mode.rawValue) a bucket at \(mount.target)")
      }
    }
    if request.setup, task.setup != nil { lines.append("run setup on all nodes") }
    if task.run != nil { lines.append("run the task on all nodes") }
    return lines
  }

  private func clusterLine(_ request: LaunchRequest) async throws -> String {
    let name = request.cluster
    let (target, _) = try await BringUp(context: context, name: name).plan(
      numNodes: request.task.numNodes, resources: request.task.resources)
    try SetAutostop(context).ending(request.task.resources.autostop, of: target)
    let aliases = (0..<target.numNodes).map { NodeName.alias(cluster: name, rank: $0) }
    try context.book.requireFree(aliases, for: name)
    let known = try await context.state.cluster(name)
    let verb = known == nil ? "create" : known?.state == .up ? "use" : "start"
    return "\(verb) cluster \(name) on \(target.infra): \(aliases.joined(separator: ", "))"
  }
}
