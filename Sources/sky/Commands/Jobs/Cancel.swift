import ArgumentParser
import Clusters

/// `sky cancel`: end jobs.
struct Cancel: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "End jobs on all their nodes: TERM first, KILL ten seconds later.",
    discussion: Help.text(
      examples: [
        "sky cancel dev": "the newest job that runs",
        "sky cancel dev 3 4": "these two",
      ],
      exits: [.failed, .unknownName, .unreachable]))

  @Argument(help: "The cluster.", completion: .clusters)
  var cluster: String

  @Argument(help: "The jobs (default: the newest that runs).")
  var jobs: [Int] = []

  @Flag(name: .shortAndLong, help: "All jobs that run.")
  var all = false

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  func run(_ context: SkyContext) async throws {
    let session = try await ClusterSession(context)
    let ended = try await CancelJobs(session.clusters).run(cluster, ids: jobs, all: all)
    let words = ended.map { "\($0)" }.joined(separator: ", ")
    context.console.note(
      ended.isEmpty ? "No job to cancel on \(cluster)." : "Cancelled on \(cluster): \(words)")
  }
}
