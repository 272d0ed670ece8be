import ArgumentParser
import Clusters

/// `sky exec`: sync the workdir and run a task on a cluster that is up.
struct Exec: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec",
    abstract: "Sync the workdir to a cluster that is up, and run a task there.",
    discussion: Help.text(
      examples: [
        "sky exec dev task.yaml": "after an edit: only what changed travels",
        "sky exec dev 'nvidia-smi'": "one command on all nodes",
      ],
      exits: [
        .failed, .partlyDone, .badInput, .noSource, .unknownName, .unreachable, .interrupted,
        .ofCommand,
      ],
      more: "Setup and file mounts are left to `sky launch`."))

  @Argument(help: "The cluster.", completion: .clusters)
  var cluster: String

  @OptionGroup var options: TaskOptions

  @Option(help: "How many of its nodes (default: the task's, else all).")
  var numNodes: Int?

  @Flag(help: "Run in a copy of the workdir, which a later sync leaves alone.")
  var snapshot = false

  @Flag(name: [.short, .customLong("detach-run")], help: "Do not follow the job's output.")
  var detach = false

  func run(_ context: SkyContext) async throws {
    let task = try options.task(context, infra: nil, numNodes: numNodes)
    let session = try await ClusterSession(context)
    session.show(task.notices)
    var request = LaunchRequest(cluster: cluster, task: task, folder: context.folder)
    request.snapshot = snapshot
    let job = try await ExecTask(session.clusters).run(request)
    try await session.follow(job, detach: detach)
  }
}
