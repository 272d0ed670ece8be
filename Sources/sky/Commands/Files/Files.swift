import ArgumentParser
import SkySync
import SystemPackage

/// `sky files`: what a sync of a folder would send, or leave here, and why.
struct Files: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "files",
    abstract: "List the files that a sync of a folder would send.",
    discussion: Help.text(
      examples: [
        "sky files -z | xargs -0 du -ch | tail -1": "how much it would be",
        "sky files --explain data/x.bin": "which line of which file leaves it out",
      ],
      exits: [.failed, .partlyDone, .noSource],
      more: """
        Follows .gitignore files as git does, also in the folders above within the same repository, \
        .git/info/exclude and core.excludesFile. A .skyignore in the folder replaces them all. \
        Names are printed as `git ls-files` prints them; .git itself is sent unless it is ignored.
        """))

  @Argument(help: "The folder.", completion: .directory)
  var folder = "."

  @Flag(name: .customShort("z"), help: "End each name with a NUL and do not quote.")
  var nul = false

  @Flag(help: "List what is left out; a folder stands for all that is in it.")
  var ignored = false

  @Option(
    help: "Name the file, line and pattern that decide about a path in the folder.",
    completion: .file())
  var explain: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  func run(_ context: SkyContext) async throws {
    let root = context.resolve(folder)
    let rules = IgnoreRules.load(root, environment: GitEnvironment(context.environment))
    if let explain {
      return try Explanation(explain, in: root, rules).show(context.console, json: json, nul: nul)
    }
    let scan = try await scan(root, ignore: rules, listsIgnored: ignored)
    try show(scan, context.console)
    report(scan, root, context.console)
    let failed = scan.tree.problems.filter { !$0.isNotice }
    guard failed.isEmpty else {
      throw CommandError(.partlyDone, "\(failed.count) paths could not be read")
    }
  }

  private func show(_ scan: FileScan, _ console: Console) throws {
    let files = scan.tree.entries.filter { $0.kind != .folder }
    if json {
      let text =
        ignored
        ? try JSON.text(scan.ignored.map(IgnoredJSON.init))
        : try JSON.text(files.map(FileJSON.init))
      return console.say(text)
    }
    let slash = UInt8(ascii: "/")
    let paths =
      ignored
      ? scan.ignored.map { $0.isFolder ? $0.path + [slash] : $0.path } : files.map(\.path)
    var text: [UInt8] = []
    for path in paths { text += nul ? path + [0] : quoted(path) + [UInt8(ascii: "\n")] }
    console.pass(text)
  }

  /// Problems, and files that one would not expect to be left out.
  private func report(_ scan: FileScan, _ root: FilePath, _ console: Console) {
    for problem in scan.tree.problems {
      let path =
        problem.path.isEmpty ? folder : String(decoding: quoted(problem.path), as: UTF8.self)
      console.note("sky: \(path): \(problem.reason)")
    }
    LeftOut.tell(scan.trackedIgnored, console)
  }
}
