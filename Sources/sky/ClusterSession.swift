import Clusters
import HostBook
import SkySync

/// The live parts behind a command that works on clusters.
struct ClusterSession: Sendable {
  let context: SkyContext
  let clusters: ClusterContext

  init(_ context: SkyContext) throws {
    self.context = context
    let home = context.home
    let console = context.console
    clusters = ClusterContext(
      home: home, state: try StateStore.open(home), book: BookStore(home),
      provider: { infra throws(WorkflowError) in try Providers.find(infra, home: home) },
      connect: { alias throws(SyncError) in throw SyncError(.unsupported, alias, "not yet") },
      report: { event in console.show(event) })
  }

  /// Notices about a task, once each.
  func show(_ notices: [Notice]) {
    for notice in notices { context.console.note("\(notice)") }
  }

  /// Makes sure that ssh finds the book, asking before the first change of the user's config.
  func ensureInclude(assumeYes: Bool) throws {
    let include = IncludeLine(context.home)
    let plan = try include.plan(.include)
    guard plan.isNeeded else { return }
    let console = context.console
    if let obstacle = plan.obstacle {
      console.note("\(obstacle); add this line above the first Host or Match, or use ssh -F:")
      console.note("  \(plan.line)")
      return
    }
    let question = "Add one Include line to \(plan.path), so that ssh knows sky's names?"
    guard assumeYes || console.confirm(question, fallback: true) else {
      console.note("left as it is; `ssh -F \(context.home.book) NAME` works without it")
      return
    }
    try include.install()
    console.note("added to \(plan.path): \(plan.line)")
  }
}

extension Console {
  /// How a workflow's steps look on stderr and a job's output on stdout.
  func show(_ event: Event) {
    switch event {
    case .phase(let words): note(words)
    case .notice(let words): note("sky: \(words)")
    case .output(_, _, let bytes): pass(bytes)
    }
  }
}
