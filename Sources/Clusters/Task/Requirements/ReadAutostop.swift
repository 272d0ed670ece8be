import HostBook

extension Autostop {
  /// `true`, minutes, a time such as `2h`, or a mapping; nil for `false`.
  static func read(
    _ value: YAMLValue, _ notices: inout [Notice]
  ) throws(TaskError) -> Autostop? {
    if case .bool(let isOn) = value.scalar { return isOn ? Autostop() : nil }
    guard value.isMapping else { return Autostop(idleMinutes: try readMinutes(value)) }
    let fields = try Fields(value, known: ["idle_minutes", "down", "wait_for"] + hooks)
    var autostop = Autostop()
    if let minutes = fields["idle_minutes"] { autostop.idleMinutes = try readMinutes(minutes) }
    if let down = fields["down"] { autostop.down = try down.bool() }
    if let waitFor = fields["wait_for"] { autostop.waitFor = try readWaitFor(waitFor) }
    for hook in hooks {
      guard let value = fields[hook] else { continue }
      notices.append(Notice("`\(value.path)` is left out: no hook runs on nodes", at: value.place))
    }
    return autostop
  }

  private static let hooks = ["hook", "hook_timeout"]

  private static func readMinutes(_ value: YAMLValue) throws(TaskError) -> Int {
    if case .int = value.scalar { return try value.int(0...525_600) }
    guard value.scalar == .text else { throw value.mustBe("true, false, minutes or a time as 2h") }
    let factors = ["": 1, "m": 1, "h": 60, "d": 1440, "w": 10080]
    guard let match = value.word.wholeMatch(of: /([0-9]{1,6})([mhdw]?)/),
      let number = Int(match.1), let factor = factors[String(match.2)], number * factor <= 525_600
    else {
      throw value.bad(
        "is \"\(value.word)\"", advice: "Write minutes, or a time such as 30m, 2h or 1d.")
    }
    return number * factor
  }

  private static func readWaitFor(_ value: YAMLValue) throws(TaskError) -> WaitFor {
    let word = try value.text()
    if let waitFor = WaitFor(rawValue: word) { return waitFor }
    let known = [WaitFor.jobsAndSSH, .jobs, .none].map(\.rawValue)
    throw value.bad(
      "is \"\(word)\"", suggestion: Suggestion.nearest(to: word, in: known),
      advice: "Known are: \(known.joined(separator: ", ")).")
  }
}
