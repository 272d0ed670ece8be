import ArgumentParser
import Clusters
import HostBook
import SkySync
import SystemPackage

/// `sky push`: make files on a node equal to those here.
struct PushCommand: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "push",
    abstract: "Send files and folders to a node.",
    discussion: Help.text(
      examples: [
        "sky push src/ dev:work": "the contents of src become the contents of work",
        "sky push --dry-run --delete data dev:": "what a mirror of data would change",
      ],
      exits: [
        .failed, .partlyDone, .noSource, .unreachable, .cannotWrite, .hostKey, .authentication,
        .interrupted,
      ],
      more: """
        A slash at the end of a source means its contents, as it does for rsync; a missing \
        destination is made, with its parents. What ignore rules leave out is not sent: `sky files` \
        lists it.
        """))

  @Argument(help: "Sources here, then ALIAS:PATH, or several.", completion: .file())
  var paths: [String]

  @Flag(help: "Send also what ignore rules leave out.")
  var noIgnore = false

  @OptionGroup var options: TransferOptions

  func run(_ context: SkyContext) async throws {
    guard paths.count > 1, let last = paths.last, let target = RemotePath(argument: last) else {
      throw CommandError(.usage, "push takes sources here and then ALIAS:PATH")
    }
    let targets = destinations(context)
    let sources = paths.dropLast(max(1, targets.count))
      .map { PushSource($0, context, ignores: !noIgnore) }
    var pairs: [SyncPair] = []
    for source in sources {
      let memory = PushMemory(context.home, target.alias)
      pairs.append(
        try source.pair(to: target, alone: sources.count == 1, memory: memory).scanning())
    }
    var pushOptions = PushOptions()
    pushOptions.dryRun = options.dryRun
    pushOptions.checksum = options.checksum
    pushOptions.mirror = options.delete
    pushOptions.removes = options.delete
    // What a rule leaves out here is none of a mirror's business there.
    pushOptions.protects = { pair, path, isFolder in sources[pair].ignores(path, isFolder) }
    if targets.count > 1 {
      return try await push(pushOptions, sources, begun: pairs, to: targets, context)
    }
    let host = try await Connector(context.home, options: context.console.connectionOptions)
      .connect(target.alias)
    let report = try await Push.run(pairs, to: host, options: pushOptions)
    await host.close()
    try options.show(report, context.console)
  }
}

/// One source of a push, as typed.
struct PushSource: Sendable {
  let path: FilePath
  let wantsContents: Bool
  let typed: String
  let rules: IgnoreRules

  init(_ typed: String, _ context: SkyContext, ignores: Bool) {
    self.typed = typed
    path = context.resolve(typed)
    wantsContents = typed.hasSuffix("/")
    rules =
      ignores
      ? .load(path, environment: GitEnvironment(context.environment)) : .none
  }

  func ignores(_ path: [UInt8], _ isFolder: Bool) -> Bool {
    let name = String(decoding: isFolder ? path + [UInt8(ascii: "/")] : path, as: UTF8.self)
    return rules.decisions([Array(name.utf8)], in: self.path).first?.ignored ?? false
  }

  /// Where it goes, by rsync's rule of the trailing slash.
  func pair(to target: RemotePath, alone: Bool, memory: PushMemory) throws -> SyncPair {
    let status: FileStatus?
    do throws(Errno) { status = try FileSystem.status(path) } catch {
      throw CommandError(.noSource, "cannot look at \(typed): \(error)")
    }
    guard let status else { throw CommandError(.noSource, "\(typed) does not exist") }
    let name = path.lastComponent?.string ?? ""
    guard status.kind == .folder else {
      guard !wantsContents else { throw CommandError(.noSource, "\(typed) is not a folder") }
      let into = target.endsInSlash || !alone
      return SyncPair(
        source: path, target: Array((into ? join(target.path, name) : target.path).utf8),
        shape: into ? .file : .fileOrInto,
        manifest: memory.manifest(of: "\(into ? join(target.path, name) : target.path)\0file")
      ) { [path] () async throws(SyncError) in FileTree(entries: [try look(at: path)]) }
    }
    let place = wantsContents ? target.path : join(target.path, name)
    return SyncPair(
      source: path, target: Array(place.utf8), shape: .contents,
      manifest: memory.manifest(of: place)
    ) { [path, rules] () async throws(SyncError) in try await scan(path, ignore: rules).tree }
  }

  private func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty ? name : folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }
}

/// Where it is remembered what a mirror last sent, by node and target.
struct PushMemory {
  let folder: FilePath

  init(_ home: SkyHome, _ alias: String) {
    // A cluster made anew has other keys, and nothing that was sent before.
    let key = (try? BookStore(home).find(alias).hostKeyAlias) ?? alias
    folder = home.sync.appending("push").appending(key)
  }

  func manifest(of target: String) -> FilePath {
    folder.appending(String(decoding: SHA1.hexDigest(Array(target.utf8)), as: UTF8.self))
  }
}
