import ArgumentParser
import Clusters

/// `sky autostop`: end nodes that have nothing to do.
struct AutostopCommand: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "autostop",
    abstract: "Have a cluster stop by itself when it has been idle for a while.",
    discussion: Help.text(
      examples: [
        "sky autostop dev -i 30": "no job and no login for 30 minutes: stop",
        "sky autostop exp -i 10 --down": "a Slurm allocation is given back",
      ],
      exits: [.failed, .unknownName, .unreachable],
      more: """
        The nodes watch themselves: this machine may be off. It holds until they are stopped; \
        `sky status` looks once they may be, `sky start` brings them back.
        """))

  @Argument(help: "The cluster.", completion: .clusters)
  var cluster: String

  @Option(name: [.short, .customLong("idle-minutes")], help: "So many minutes without a job.")
  var idleMinutes: Int = 5

  @Flag(help: "Give the nodes back for good.")
  var down = false

  @Flag(help: "Let the cluster run.")
  var cancel = false

  func validate() throws {
    guard (0...525_600).contains(idleMinutes) else {
      throw ValidationError("--idle-minutes is a number of minutes from 0 to 525600.")
    }
  }

  func run(_ context: SkyContext) async throws {
    let session = try await ClusterSession(context)
    let autostop = Autostop(idleMinutes: idleMinutes, down: down)
    try await SetAutostop(session.clusters).run(cluster, cancel ? nil : autostop)
    context.console.note(
      cancel
        ? "\(cluster) runs until it is stopped."
        : "\(cluster) \(down ? "is given back" : "stops") after \(idleMinutes) idle minutes.")
  }
}
