import ArgumentParser
import Clusters

/// `sky launch`: bring nodes up, put code and data on them, run the task.
struct Launch: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "launch",
    abstract: "Bring up a cluster, sync code and data to it, and run a task there.",
    discussion: Help.text(
      examples: [
        "sky launch -c dev --num-nodes 2 task.yaml": "two nodes, the task of the file",
        "sky launch -c dev 'python3 train.py'": "a command instead of a file",
      ],
      exits: [
        .failed, .partlyDone, .badInput, .noSource, .unreachable, .cannotWrite, .hostKey,
        .authentication, .interrupted, .ofCommand,
      ],
      more: """
        On an existing cluster it syncs, sets up and runs again. Afterwards ssh NAME, rsync NAME:… \
        and every other ssh program reach the nodes by name: NAME is the head, NAME-worker1 and so \
        on are the others. Ctrl-C stops watching; the job goes on.
        """))

  @Option(
    name: .shortAndLong, help: "The cluster's name (default: the task's name, else sky-USER).")
  var cluster: String?

  @Option(
    help: ArgumentHelp(
      "Where nodes come from: local (the default of a new cluster), ssh/POOL or "
        + "slurm/CLUSTER[/PARTITION].",
      valueName: "infra"))
  var infra: String?

  @Option(help: "How many nodes (default: the task's, else 1).")
  var numNodes: Int?

  @OptionGroup var options: TaskOptions

  @Flag(help: "Leave the task's setup out.")
  var noSetup = false

  @Flag(help: "On a cluster that is up: leave bringing up and setup out.")
  var fast = false

  @Flag(name: .customLong("dryrun"), help: "Say what would be done, and do nothing.")
  var dryRun = false

  @Flag(name: [.short, .customLong("detach-run")], help: "Do not follow the job's output.")
  var detach = false

  @Flag(help: "Learn host keys that nobody knows yet, of machines of a pool, without asking.")
  var acceptNew = false

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @Flag(help: "Run in a copy of the workdir, which a later sync leaves alone.")
  var snapshot = false

  @Flag(help: "Take the cluster down when the job is done.")
  var down = false

  func run(_ context: SkyContext) async throws {
    let task = try options.task(context, infra: infra, numNodes: numNodes)
    let name = cluster ?? task.name ?? "sky-\(context.environment["USER"] ?? "me")"
    var session = try await ClusterSession(context, acceptNew: acceptNew)
    var request = LaunchRequest(cluster: name, task: task, folder: context.folder)
    request.setup = !noSetup && !fast
    request.bringUp = !fast
    request.snapshot = snapshot
    session.show(task.notices)
    if dryRun {
      for line in try await LaunchPlan(session.clusters).lines(request) {
        context.console.say(line)
      }
      return
    }
    session.clusters.mayGoOn = { [yes] in
      yes || context.console.confirm("Send it to the nodes?", fallback: true)
    }
    session.clusters.includeBook = { [yes] in try context.ensureInclude(assumeYes: yes) }
    let job = try await LaunchTask(session.clusters).run(request)
    guard down else { return try await session.follow(job, detach: detach) }
    do {
      try await session.follow(job, detach: false)
    } catch let ended as OwnExit {
      try await TakeDown(session.clusters).down(name)
      throw ended
    }
    try await TakeDown(session.clusters).down(name)
  }
}
