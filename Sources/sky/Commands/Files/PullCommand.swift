import ArgumentParser
import Clusters
import SkySync

/// `sky pull`: fetch files from a node.
struct PullCommand: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Fetch files, folders and what patterns match from nodes.",
    discussion: Help.text(
      examples: [
        "sky pull dev:sky_workdir/checkpoints .": "the folder, into this one",
        "sky pull 'dev:logs/*.log' dev-worker1:out/ all": "into all/dev and all/dev-worker1",
      ],
      exits: [
        .failed, .partlyDone, .noSource, .unknownName, .unreachable, .cannotWrite, .hostKey,
        .authentication,
        .interrupted,
      ],
      more: "From several nodes each one's files go into a folder with its name."))

  @Argument(help: "ALIAS:PATH of each source, then the destination here.")
  var paths: [String]

  @OptionGroup var options: TransferOptions

  func run(_ context: SkyContext) async throws {
    guard paths.count > 1, let last = paths.last else {
      throw CommandError(.usage, "pull takes ALIAS:PATH sources and then a place here")
    }
    let sources = try paths.dropLast().map { word in
      guard let source = RemotePath(argument: word) else {
        throw CommandError(.usage, "\(word) is no ALIAS:PATH")
      }
      return source
    }
    var aliases: [String] = []
    for source in sources where !aliases.contains(source.alias) { aliases.append(source.alias) }
    let root = context.resolve(last)
    let jobs = aliases.map { alias in
      let mine = sources.filter { $0.alias == alias }
      let destination =
        aliases.count == 1
        ? PullDestination(root, isFolder: last.hasSuffix("/") || mine.count > 1)
        : PullDestination(root.appending(alias), isFolder: true)
      return PullJob(alias: alias, sources: mine.map(\.bytes), destination: destination)
    }
    let live = LiveProgress(context.console, verb: "fetching")
    let nodes = await pull(jobs, context, live)
    live.end()
    try Task.checkCancellation()
    try options.show(nodes, verb: "fetched", context.console)
  }

  /// All nodes side by side: a slow or dead one does not hold the others.
  private func pull(
    _ jobs: [PullJob], _ context: SkyContext, _ live: LiveProgress
  ) async -> [NodeResult] {
    var connection = live.console.connectionOptions
    // One channel with a wide window fills a path that is long; many nodes share what that may cost here.
    connection.receiveWindow = max(connection.receiveWindow, (32 << 20) / jobs.count)
    let connector = await Connector(context.home, options: connection)
    let options = pullOptions
    live.hold(jobs.count)
    return await withTaskGroup(of: (Int, NodeResult).self) { group in
      for (index, job) in jobs.enumerated() {
        group.addTask { (index, await job.run(connector, options, live)) }
      }
      var results: [Int: NodeResult] = [:]
      for await (index, result) in group { results[index] = result }
      return jobs.indices.compactMap { results[$0] }
    }
  }

  private var pullOptions: PullOptions {
    var pull = PullOptions()
    pull.dryRun = options.dryRun
    pull.checksum = options.checksum
    pull.mirror = options.delete
    return pull
  }
}

/// What is fetched from one node.
private struct PullJob: Sendable {
  var alias: String
  var sources: [[UInt8]]
  var destination: PullDestination

  /// - Parameter live: held once for this node until it is connected, for until then somebody may be asked.
  func run(
    _ connector: Connector, _ options: PullOptions, _ live: LiveProgress
  ) async -> NodeResult {
    let names = sources.map { "\(alias):\(String(decoding: $0, as: UTF8.self))" }
    let request = SyncReport(
      source: names.joined(separator: ", "), destination: destination.path.string)
    let result: Result<SyncReport, SyncError>
    do throws(SyncError) {
      let connected = await connect(connector)
      live.release()
      let host = try connected.get()
      let outcome = await fetch(host, options, live)
      await host.close()
      result = outcome
    } catch {
      result = .failure(error)
    }
    return NodeResult(alias: alias, request: request, result: result)
  }

  private func connect(_ connector: Connector) async -> Result<any NodeConnection, SyncError> {
    do throws(SyncError) { return .success(try await connector.connect(alias)) } catch {
      return .failure(error)
    }
  }

  private func fetch(
    _ host: any NodeConnection, _ options: PullOptions, _ live: LiveProgress
  ) async -> Result<SyncReport, SyncError> {
    do throws(SyncError) {
      let report = try await Pull.run(
        sources, from: host, to: destination, options: options
      ) { live.update(alias, $0) }
      return .success(report)
    } catch {
      return .failure(error)
    }
  }
}

extension RemotePath {
  /// As typed, for the node.
  fileprivate var bytes: [UInt8] {
    let text = path.isEmpty ? "./" : endsInSlash && path != "/" ? path + "/" : path
    return Array(text.utf8)
  }
}
