import ArgumentParser
import Clusters

/// `sky logs`: what a job printed, from anywhere.
struct Logs: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs",
    abstract: "Show what a job printed, and follow it to its end.",
    discussion: Help.text(
      examples: [
        "sky logs dev": "the newest job, from its beginning to its end",
        "sky logs dev 3 --tail 20 --no-follow": "the last lines of job 3",
      ],
      exits: [.failed, .unknownName, .unreachable, .interrupted, .ofCommand]))

  @Argument(help: "The cluster.", completion: .clusters)
  var cluster: String

  @Argument(help: "The job (default: the newest).")
  var job: Int?

  @Flag(help: "Show what there is and stop.")
  var noFollow = false

  @Option(help: "Only so many lines from the end of each rank; 0 is all.")
  var tail: Int?

  @Option(name: [.customShort("w"), .customLong("worker")], help: "Only this rank; 0 is the head.")
  var rank: Int?

  @Flag(help: "Copy the logs of all ranks to this machine and print their folder.")
  var syncDown = false

  @Flag(help: "Print the job's state; exit with 0 when it succeeded.")
  var status = false

  func run(_ context: SkyContext) async throws {
    let session = try await ClusterSession(context)
    let logs = ReadLogs(session.clusters)
    let job = try await logs.job(cluster, job)
    if status { return try await showStatus(job, session) }
    if syncDown {
      context.console.say(try await logs.download(job).string)
    } else if !noFollow && tail == nil && rank == nil {
      try session.finish(try await logs.follow(job), job)
    } else {
      let lines = tail.flatMap { $0 > 0 ? $0 : nil }
      try await logs.show(job, tail: lines, rank: rank, following: !noFollow)
    }
  }

  private func showStatus(_ job: JobRecord, _ session: ClusterSession) async throws {
    let jobs = try await JobQueue(session.clusters).list(cluster)
    let state = jobs.first { $0.id == job.id }?.state ?? job.state
    session.context.console.say("\(job.id) \(state.rawValue)")
    if state != .succeeded { throw OwnExit(code: 1) }
  }
}
