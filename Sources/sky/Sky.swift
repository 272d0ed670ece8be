import ArgumentParser

/// The command line: words become calls, results become text and an exit code.
@main
struct Sky: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sky",
    abstract: "Makes a cluster of machines feel like folders next door.",
    discussion: Help.text(
      examples: [
        "sky launch -c dev task.yaml": "bring nodes up, sync code and data, run the task",
        "ssh dev": "then every ssh program reaches the nodes by name",
      ],
      more: "Environment: SKY_HOME (default ~/.sky), SKY_SSH_CONFIG (default ~/.ssh/config)."),
    version: "0.1.0",
    groupedSubcommands: [
      CommandGroup(
        name: "Clusters",
        subcommands: [
          Launch.self, Exec.self, Status.self, Stop.self, Start.self, Down.self,
          AutostopCommand.self,
        ]),
      CommandGroup(name: "Jobs", subcommands: [Queue.self, Logs.self, Cancel.self]),
      CommandGroup(
        name: "Files and names",
        subcommands: [
          PushCommand.self, PullCommand.self, SyncCommand.self, ProbeCommand.self, Files.self,
          Hosts.self,
          StorageCommands.self, Check.self,
        ]),
    ]
  )

  static func main() async {
    do {
      try await Interrupts().run {
        var command = try parseAsRoot()
        if var asynchronous = command as? any AsyncParsableCommand {
          try await asynchronous.run()
        } else {
          try command.run()
        }
      }
      ExitStatus.done.leave()
    } catch {
      if let own = error as? OwnExit { ExitStatus(rawValue: own.code).leave() }
      guard let status = ExitStatus(error) else { exit(withError: error) }
      Console.live().complain(error)
      status.leave()
    }
  }
}
