import ArgumentParser
import Clusters
import SkySync

/// `sky sync`: the workdir, file mounts and buckets of a cluster's last task again.
struct SyncCommand: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync",
    abstract: "Sync the workdir, file mounts and buckets of a cluster's last task again.",
    discussion: Help.text(
      examples: [
        "sky sync dev": "after an edit: only what changed travels",
        "sky sync dev --watch": "each edit follows at once, until Ctrl-C",
      ],
      exits: [
        .failed, .partlyDone, .noSource, .unknownName, .unreachable, .cannotWrite,
        .authentication, .interrupted,
      ],
      more: """
        Files that are gone here go there too, unless they were changed there; what the nodes made \
        themselves stays. Buckets are copied, filled and mounted as by a launch; --watch leaves them \
        alone. Nothing is set up or run.
        """))

  @Argument(help: "The cluster.", completion: .clusters)
  var cluster: String

  @Flag(name: .shortAndLong, help: "Go on: each edit here follows to the nodes.")
  var watch = false

  @Flag(help: "Remove what file mounts brought that are not in the task any more.")
  var delete = false

  @Flag(help: "Print one JSON document for each sync.")
  var json = false

  func run(_ context: SkyContext) async throws {
    let session = try await ClusterSession(context)
    if !watch || delete {
      var reports: [SyncReport] = []
      do {
        try await SyncCluster(session.clusters).run(cluster, delete: delete) { reports += $0 }
      } catch {
        if !reports.isEmpty { try show(reports, context.console) }
        throw error
      }
      try show(reports, context.console)
      guard watch else { return try fail(reports) }
    }
    let work = WatchCluster(session.clusters)
    try await work.run(cluster) { [self] reports in
      // What cannot be printed now will not be later.
      try? show(reports, context.console)
    }
  }

  private func show(_ reports: [SyncReport], _ console: Console) throws {
    guard json else { return }
    try ReportJSON.show(reports, console)
  }

  private func fail(_ reports: [SyncReport]) throws {
    let failed = reports.flatMap(\.problems).filter { !$0.isNotice }
    guard failed.isEmpty else {
      let what = failed.count == 1 ? "1 file" : "\(failed.count) files"
      throw CommandError(.partlyDone, "\(what) could not be synced; they are named above")
    }
  }
}
