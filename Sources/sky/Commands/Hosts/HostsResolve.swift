import ArgumentParser
import HostBook
import SystemPackage

/// `sky hosts resolve`: what ssh would use for a name, spelt as `ssh -G` spells it.
struct HostsResolve: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve",
    abstract: "Print what ssh would use for a host: the keys and the spelling of ssh -G.",
    discussion: Help.text(
      examples: [
        "sky hosts resolve dev": "every setting, one a line",
        "sky hosts resolve -F ./ssh_config bob@dev": "with a configuration of your choice",
      ],
      exits: [.failed, .badInput],
      more: "Follows the version of ssh that is installed. `Match exec` runs, as in ssh."))

  @OptionGroup var options: ResolveOptions

  func run(_ context: SkyContext) async throws {
    let resolution = try await options.resolve(in: context, exec: .runInShell)
    for setting in resolution.values { context.console.say("\(setting.key) \(setting.value)") }
  }
}

/// What `resolve` and `explain` share.
struct ResolveOptions: ParsableArguments {
  @Argument(help: "A name as ssh takes it: an alias, a host, user@host.", completion: .aliases)
  var host: String

  @Option(
    name: .customShort("F"),
    help: ArgumentHelp("Read only this file, or none; as ssh -F.", valueName: "file"))
  var file: String?

  func resolve(
    in context: SkyContext, exec: ResolverEnvironment.ExecPolicy, explains: Bool = false
  ) async throws -> Resolution {
    let named = file.map { $0 == "none" ? FilePath($0) : context.folder.pushing(FilePath($0)) }
    let environment = ResolverEnvironment.live(
      profile: .installed() ?? .portable10_5, source: .of(context.home, file: named),
      exec: exec)
    do {
      return try Resolver(environment: environment).resolve(host, explains: explains)
    } catch {
      throw CommandError(error)
    }
  }
}

extension CommandError {
  init(_ error: ResolveError) {
    let status: ExitStatus =
      switch error.code {
      case .badRequest: .usage
      case .undecided: .failed
      default: .badInput
      }
    self.init(status, error.description)
  }
}
