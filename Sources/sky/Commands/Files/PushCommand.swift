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
        .failed, .partlyDone, .noSource, .unknownName, .unreachable, .cannotWrite, .hostKey,
        .authentication,
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
    let places = try places(context)
    let sources = paths.dropLast(places.count).map { PushSource($0, context, ignores: !noIgnore) }
    let leftOut = LeftOut()
    var pairs = try places.map { place in
      let memory = PushMemory(context.home, place.alias)
      return try sources.map {
        try $0.pair(to: place, alone: sources.count == 1, memory: memory, leftOut)
      }
    }
    // One scan for all places, under way while they are being connected to.
    pairs[0] = pairs[0].map { $0.scanning() }
    for place in pairs.indices {
      for index in sources.indices { pairs[place][index].scan = pairs[0][index].scan }
    }
    let live = LiveProgress(context.console, verb: "sending")
    let results = await push(pairs, to: places.map(\.alias), pushOptions(sources), context, live)
    live.end()
    try Task.checkCancellation()
    leftOut.tell(context.console)
    let source = sources.map(\.typed).joined(separator: ", ")
    let nodes = zip(zip(places, paths.suffix(places.count)), results).map { place, result in
      NodeResult(
        alias: place.0.alias, request: SyncReport(source: source, destination: place.1),
        result: result)
    }
    try options.show(nodes, verb: "sent", ignored: leftOut.ignored, context.console)
  }

  private func pushOptions(_ sources: [PushSource]) -> PushOptions {
    var push = PushOptions()
    push.dryRun = options.dryRun
    push.checksum = options.checksum
    push.mirror = options.delete
    push.removes = options.delete
    // What a rule leaves out here is none of a mirror's business there.
    push.protects = { pair, path, isFolder in sources[pair].ignores(path, isFolder) }
    return push
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
  func pair(
    to target: RemotePath, alone: Bool, memory: PushMemory, _ leftOut: LeftOut
  ) throws -> SyncPair {
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
    ) { [path, rules] () async throws(SyncError) in
      let found = try await scan(path, ignore: rules, listsIgnored: true)
      leftOut.add(found)
      return found.tree
    }
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
