import HostBook

extension SkyContext {
  /// Makes sure that ssh finds the book, asking before the first change of the user's config.
  func ensureInclude(assumeYes: Bool) throws {
    let include = IncludeLine(home)
    if case .inline = try include.status() { return }
    let plan = try include.plan(.include)
    guard plan.isNeeded else { return }
    if let obstacle = plan.obstacle {
      console.note("sky: \(obstacle); add this line above its first Host or Match, or use ssh -F:")
      console.note("  \(plan.line)")
      return
    }
    let question = "Add one Include line to \(plan.path), so that ssh knows sky's names?"
    guard assumeYes || console.confirm(question, fallback: true) else {
      console.note("sky: left as it is; `ssh -F \(home.book) NAME` works without it")
      return
    }
    try include.install()
    console.note("sky: added to \(plan.path): \(plan.line)")
  }
}
