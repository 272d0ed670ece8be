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
        .failed, .partlyDone, .noSource, .unreachable, .cannotWrite, .hostKey, .authentication,
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
    let connector = await Connector(context.home, options: context.console.connectionOptions)
    let root = context.resolve(last)
    for alias in aliases {
      let mine = sources.filter { $0.alias == alias }
      let destination =
        aliases.count == 1
        ? PullDestination(root, isFolder: last.hasSuffix("/") || mine.count > 1)
        : PullDestination(root.appending(alias), isFolder: true)
      let host = try await connector.connect(alias)
      let report = try await Pull.run(
        mine.map(\.bytes), from: host, to: destination, options: pullOptions)
      await host.close()
      try options.show(report, context.console)
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

extension RemotePath {
  /// As typed, for the node.
  fileprivate var bytes: [UInt8] {
    let text = path.isEmpty ? "./" : endsInSlash && path != "/" ? path + "/" : path
    return Array(text.utf8)
  }
}
