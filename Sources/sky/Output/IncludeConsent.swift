import HostBook

extension SkyContext {
  /// Makes sure that ssh finds the book; asks before the first change of the user's config, once.
  func ensureInclude(assumeYes: Bool) throws {
    let include = IncludeLine(home)
    let status = try include.status()
    if case .inline = status { return }
    let plan = try include.plan(.include)
    guard plan.isNeeded else { return }
    if let obstacle = plan.obstacle {
      console.note("sky: \(obstacle); add this line above its first Host or Match, or use ssh -F:")
      console.note("  \(plan.line)")
      return
    }
    let consent = Consent(home)
    // One that slipped was agreed to before.
    let isAgreed = if case .slipped = status { true } else { assumeYes }
    guard isAgreed || (!consent.isDeclined && ask(plan)) else {
      try consent.decline()
      console.note(
        "sky: \(plan.path) is left as it is, as you said; `ssh -F \(home.book) NAME` works,")
      console.note("  and `sky hosts install` adds the Include after all")
      return
    }
    try include.install()
    try consent.forget()
    console.note("sky: added to \(plan.path): \(plan.line)")
  }

  private func ask(_ plan: IncludeLine.Change) -> Bool {
    console.confirm(
      "Add one Include line to \(plan.path), so that ssh knows sky's names?", fallback: true)
  }
}
