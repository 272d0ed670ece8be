import Clusters
import HostBook
import SkySync

/// The live parts behind a command that works on clusters.
struct ClusterSession: Sendable {
  let context: SkyContext
  var clusters: ClusterContext
  let support: ProviderSupport

  /// - Parameter acceptNew: learn host keys of machines that nobody knows yet, without asking.
  init(_ context: SkyContext, acceptNew: Bool = false) async throws {
    self.context = context
    let home = context.home
    let output = JobOutput(context.console)
    let connector = await Connector(home, options: context.console.connectionOptions)
    let state = try StateStore.open(home)
    let support = ProviderSupport(
      home: home, state: state, connector: connector, report: { event in output.show(event) },
      acceptsNewHostKeys: acceptNew)
    self.support = support
    clusters = ClusterContext(
      home: home, state: state, book: BookStore(home),
      git: GitEnvironment(context.environment), stores: ObjectStores(context),
      provider: { infra throws(WorkflowError) in try Providers.find(infra, support) },
      connect: { alias throws(SyncError) in try await connector.connect(alias) },
      report: { event in output.show(event) })
    clusters.environment = context.environment
  }

  /// Notices about a task, once each.
  func show(_ notices: [Notice]) {
    for notice in notices { context.console.note("sky: \(notice)") }
  }

  /// Follows a job to its end unless it is to be left alone, then ends with its exit code.
  func follow(_ job: StartedJob?, detach: Bool) async throws {
    let console = context.console
    guard let job else { return }
    let record = job.record
    let name = record.cluster
    if detach {
      console.note("sky: job \(record.id) runs; `sky logs \(name) \(record.id)` follows it")
      return
    }
    let verdict: JobVerdict
    do {
      verdict = try await FollowJob(clusters).run(job)
    } catch {
      console.note(
        "sky: job \(record.id) goes on; `sky logs \(name) \(record.id)` follows it, "
          + "`sky cancel \(name) \(record.id)` ends it")
      throw error
    }
    try finish(verdict, record)
  }

  /// Says how a job ended; throws the user's own exit code when it is not 0.
  func finish(_ verdict: JobVerdict, _ job: JobRecord) throws {
    let console = context.console
    if let rank = verdict.failedRank, let reason = verdict.reason {
      console.note(
        "sky: job \(job.id): \(NodeName.alias(cluster: job.cluster, rank: rank)) \(reason)")
    } else {
      console.note("sky: job \(job.id) \(verdict.state.rawValue)")
    }
    console.note("sky: logs are in \(job.logPath)")
    if verdict.exitCode != 0 { throw OwnExit(code: verdict.exitCode) }
  }
}

/// The user's command ended with this code; so does `sky`, without another word.
struct OwnExit: Error {
  var code: Int32
}
