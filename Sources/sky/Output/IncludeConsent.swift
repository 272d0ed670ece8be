import HostBook

extension SkyContext {
  /// Makes sure that ssh finds the book; asks before the first change of the user's config, once.
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
    let consent = Consent(home)
    guard assumeYes || (consent.answer ?? ask(plan)) else {
      console.note(
        "sky: \(plan.path) is left as it is, as you said; `ssh -F \(home.book) NAME` works,")
      console.note("  and `sky hosts install` adds the Include after all")
      try consent.remember(false)
      return
    }
    try include.install()
    try consent.remember(true)
    console.note("sky: added to \(plan.path): \(plan.line)")
  }

  private func ask(_ plan: IncludeLine.Change) -> Bool {
    console.confirm(
      "Add one Include line to \(plan.path), so that ssh knows sky's names?", fallback: true)
  }
}
