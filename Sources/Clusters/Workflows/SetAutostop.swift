import SkySync

/// Has the nodes of a cluster end themselves when they have nothing to do.
public struct SetAutostop: Sendable {
  let context: ClusterContext

  public init(_ context: ClusterContext) { self.context = context }

  /// Replaces what was set before; it holds until the nodes are stopped.
  ///
  /// - Parameter autostop: nil to let them run.
  public func run(_ name: String, _ autostop: Autostop?) async throws {
    let cluster = try await context.runningCluster(name)
    let nodes = try await context.state.nodes(of: name)
    try await set(autostop, of: cluster, on: Reach(context: context).all(nodes))
  }

  func set(
    _ autostop: Autostop?, of cluster: ClusterRecord, on nodes: [ReachedNode]
  ) async throws {
    let ending = try ending(autostop, of: cluster)
    let records = try await context.state.nodes(of: cluster.name)
    let chosen = ending?.headOnly == true ? nodes.filter { $0.rank == 0 } : nodes
    let results = await resultsInParallel(chosen) { node throws(SyncError) in
      try await watch(node, autostop, cluster.name, ending, head: records.first)
    }
    for result in results { try result.get() }
    try await context.state.save(
      autostop.map { AutostopRecord(idleMinutes: $0.idleMinutes, since: .now()) }, of: cluster.name)
  }

  /// How the nodes do it, nil for no autostop; throws `badRequest` when they cannot.
  @discardableResult
  func ending(_ autostop: Autostop?, of cluster: ClusterRecord) throws -> SelfEnding? {
    guard let autostop else { return nil }
    let provider = try context.provider(cluster.infra)
    let spec = context.spec(cluster)
    if let ending = provider.selfEnding(spec, down: autostop.down) { return ending }
    let other = provider.selfEnding(spec, down: !autostop.down) != nil
    throw WorkflowError(
      .badRequest, cluster.name,
      "nodes of \(cluster.infra) cannot \(autostop.down ? "give back" : "stop") themselves",
      advice: !other
        ? "Leave autostop out."
        : autostop.down
          ? "Without --down (autostop: down in a task) they can stop."
          : "With --down (autostop: {idle_minutes: N, down: true} in a task) they are given back.")
  }

  private func watch(
    _ node: ReachedNode, _ autostop: Autostop?, _ cluster: String, _ ending: SelfEnding?,
    head: NodeRecord?
  ) async throws(SyncError) {
    let script =
      AutostopScript.begin
      + ShellText.writing(
        JobScripts.common + (ending?.busy ?? "") + AutostopScript.watcher + (ending?.script ?? ""),
        to: "\"$F.watch\"", or: "exit 1") + AutostopScript.end
    let follows = node.rank > 0 ? head : nil
    let answers = try await NodeScript.answers(
      script,
      settings: [
        ("C", ShellText.quoted(cluster)), ("T", "\(UInt64.random(in: .min ... .max))"),
        ("L", "\(autostop.map { $0.idleMinutes * 60 } ?? -1)"), ("B", JobPlace.folder(cluster)),
        ("W", autostop?.waitFor.rawValue ?? "none"),
        ("H", ShellText.quoted(follows?.internalIP ?? "")), ("P", "\(follows?.port ?? 0)"),
      ], on: node.host)
    guard ["on", "off"].contains(answers.last?.first) else {
      throw SyncError(.cannotWrite, node.alias, "cannot start the watcher that stops it")
    }
  }
}

/// How a node ends itself, by a script of its own.
public struct SelfEnding: Equatable, Sendable {
  /// POSIX sh.
  public var script: String
  /// POSIX sh that defines `others_busy`: whether nodes that this one ends, too, have something to do.
  public var busy = "others_busy() { return 1; }\n"
  /// The head ends all nodes; else each ends itself.
  public var headOnly: Bool

  public init(script: String, headOnly: Bool) {
    self.script = script
    self.headOnly = headOnly
  }
}
