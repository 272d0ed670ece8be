import ArgumentParser
import Clusters

/// `sky queue`: the jobs of a cluster.
struct Queue: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "queue",
    abstract: "List the jobs of a cluster, the newest first.",
    discussion: Help.text(
      examples: [
        "sky queue dev": "a table for people",
        "sky queue dev --json | jq '.[0].state'": "how the last one ended",
      ],
      exits: [.failed, .unknownName, .unreachable]))

  @Argument(help: "The cluster.", completion: .clusters)
  var cluster: String

  @Flag(help: "Print one JSON document.")
  var json = false

  func run(_ context: SkyContext) async throws {
    let session = try await ClusterSession(context)
    let jobs = try await JobQueue(session.clusters).list(cluster)
    if json {
      context.console.say(try JSON.text(jobs.map(JobJSON.init)))
      return
    }
    guard !jobs.isEmpty else {
      context.console.note("No jobs on \(cluster) yet. `sky exec \(cluster) task.yaml` starts one.")
      return
    }
    let rows = jobs.map { job in
      [
        "\(job.id)", job.name ?? "-", job.state.rawValue, "\(job.submittedAt)",
        job.endedAt.map { "\($0)" } ?? "-",
        job.exitCodes.map { $0.map { "\($0)" } ?? "-" }.joined(separator: " "),
      ]
    }
    let header = ["ID", "NAME", "STATE", "SUBMITTED", "ENDED", "EXIT CODES"]
    context.console.say(Table(header: header, rows: rows))
  }
}

/// One job of `sky queue --json`.
struct JobJSON: Encodable {
  var id: Int
  var name: OrNull<String>
  var state: String
  var submitted_at: String
  var started_at: OrNull<String>
  var ended_at: OrNull<String>
  var exit_codes: [OrNull<Int32>]
  var log_path: String

  init(_ job: JobRecord) {
    id = job.id
    name = OrNull(job.name)
    state = job.state.rawValue
    submitted_at = "\(job.submittedAt)"
    started_at = OrNull(job.startedAt.map { "\($0)" })
    ended_at = OrNull(job.endedAt.map { "\($0)" })
    exit_codes = job.exitCodes.map { OrNull($0) }
    log_path = job.logPath
  }
}
