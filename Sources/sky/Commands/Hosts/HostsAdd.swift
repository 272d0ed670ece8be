import ArgumentParser
import HostBook
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `sky hosts add`: a host of the user's own, without any cluster.
struct HostsAdd: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Add a host of your own, so that ssh, rsync, scp and git know it by name.",
    discussion: Help.text(
      examples: [
        "sky hosts add web bob@192.0.2.7 -i ~/.ssh/web": "shows the host key and asks",
        "sky hosts add db 10.0.0.9 -J web --accept-new":
          "through web; learns the key when first used",
      ],
      exits: [.failed, .badInput, .noSource, .unreachable, .cannotWrite],
      more: "Without --host-key and --accept-new the host is asked for its key, and you are asked "
        + "whether it is the right one."))

  @Argument(help: "The new name.")
  var alias: String

  @Argument(help: ArgumentHelp("Where it is.", valueName: "[user@]host[:port]"))
  var address: String

  @Option(
    name: [.customShort("i"), .long], help: "The private key to use.", completion: .file())
  var identity: String?

  @Option(
    name: [.customShort("J"), .long],
    help: ArgumentHelp("Go through these hosts, as ssh -J.", valueName: "[user@]host[:port],…"))
  var jump: String?

  @Option(
    name: .customShort("o"),
    help: ArgumentHelp("A further line of ssh_config; may be repeated.", valueName: "key=value"))
  var options: [String] = []

  @Option(
    name: .long, help: "A file with the host's public keys, as .pub or known_hosts.",
    completion: .file())
  var hostKey: String?

  @Flag(help: "Keep the key that the host shows at the first connection, refuse others later.")
  var acceptNew = false

  @Flag(name: .shortAndLong, help: "Do not ask before the first change of your ssh config.")
  var yes = false

  func validate() throws {
    if acceptNew, hostKey != nil {
      throw ValidationError("Give either --host-key or --accept-new.")
    }
  }

  func run(_ context: SkyContext) async throws {
    let store = BookStore(context.home)
    var entry = try entry(context)
    try EntryCheck.check(entry)
    try store.requireFree([alias], for: nil)
    let keys = try hostKeys(entry, context)
    entry.hostKeyCheck = acceptNew ? .acceptNew : .pinned
    try add(entry, keys, to: store)
    try context.ensureInclude(assumeYes: yes)
    context.console.note("sky: added \(alias): `ssh \(alias)`")
  }

  private func add(_ entry: AliasEntry, _ keys: [String], to store: BookStore) throws {
    do throws(BookError) {
      try store.add(entry, keys: keys)
    } catch {
      // All that ssh could dislike in a new block was typed.
      guard error.code == .checkFailed else { throw error }
      throw CommandError(.usage, "\(error)")
    }
  }

  private func entry(_ context: SkyContext) throws -> AliasEntry {
    let address = try HostAddress(address)
    let user = address.user ?? getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) }
    return AliasEntry(
      alias: alias, hostname: address.hostname, port: address.port ?? 22, user: user ?? "root",
      identityFile: try identity.map(context.sourceFile),
      proxy: jump.map { .jump($0) },
      options: try options.map { text in
        guard let separator = text.firstIndex(where: { $0 == "=" || $0 == " " }) else {
          throw CommandError(.usage, "-o \(text): write it as KEY=VALUE")
        }
        return .init(
          String(text[..<separator]), String(text[text.index(after: separator)...]))
      })
  }

  private func hostKeys(_ entry: AliasEntry, _ context: SkyContext) throws -> [String] {
    if acceptNew { return [] }
    if let hostKey { return try KeyScan.keys(in: try context.sourceFile(hostKey)) }
    guard context.console.interactive, entry.proxy == nil else {
      throw CommandError(
        .usage,
        "\(alias): which host key is the right one?\n  give it with --host-key FILE, "
          + "or take the first that it shows with --accept-new")
    }
    let keys = try KeyScan.keys(of: entry.hostname, port: entry.port)
    for line in try KeyScan.fingerprints(keys, context.home) { context.console.note("  \(line)") }
    guard context.console.confirm("Are these the keys of \(alias)?", fallback: false) else {
      throw CommandError(.failed, "\(alias) was not added")
    }
    return keys
  }
}
