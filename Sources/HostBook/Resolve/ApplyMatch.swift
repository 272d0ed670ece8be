extension Interpreter {
  /// Takes the words of a Match line: the old splitter before 9.9, the line's own words since.
  private enum Criteria {
    case delimited(Delimiter)
    case words(Words)

    mutating func take() -> Bytes? {
      switch self {
      case .delimited(var delimiter):
        defer { self = .delimited(delimiter) }
        return delimiter.take()
      case .words(var words):
        defer { self = .words(words) }
        return words.take()
      }
    }

    mutating func consume() {
      switch self {
      case .delimited: self = .delimited(Delimiter([]))
      case .words(var words):
        words.consume()
        self = .words(words)
      }
    }

    var isEmpty: Bool {
      switch self {
      case .delimited(let delimiter): delimiter.rest?.isEmpty ?? true
      case .words(let words): words.isEmpty
      }
    }
  }

  /// A Match line opens a block; it applies when all criteria hold.
  mutating func applyMatch(_ rest: Bytes, _ frame: inout Frame) throws(Failure) {
    if frame.isCommandLine { throw .line("Match directive not supported as an option") }
    var criteria: Criteria =
      environment.profile.splitsMatchIntoWords ? .words(words) : .delimited(Delimiter(rest))
    var state = MatchState(host: try matchHost(frame))
    try evaluate(&criteria, &state, frame)
    frame.isActive = state.matches && !frame.neverMatches
    if criteria.isEmpty { words.consume() }
    guard trace != nil else { return }
    let reason =
      frame.neverMatches
      ? "it is included from a block that does not apply"
      : "criterion \(state.failed ?? "") does not hold"
    openBlock("Match \(rest.text)", reason, &frame)
  }

  struct MatchState {
    /// The host name so far.
    let host: [UInt8]
    var matches = true
    var count = 0
    /// The first criterion that did not hold, as written.
    var failed: String?

    mutating func take(_ holds: Bool, _ text: @autoclosure () -> String) {
      if !holds {
        matches = false
        failed = failed ?? text()
      }
    }
  }

  private func matchHost(_ frame: Frame) throws(Failure) -> [UInt8] {
    guard let name = settings.text(.hostname) else { return host }
    if isFinal { return name }
    do {
      return try Tokens(letters: [UInt8(ascii: "h"): host]).expand(name[...])
    } catch {
      throw fatal("HostName \(name.text): \(error.message)", frame, .badSettings)
    }
  }

  private mutating func evaluate(
    _ criteria: inout Criteria, _ state: inout MatchState, _ frame: Frame
  ) throws(Failure) {
    while let word = criteria.take(), !word.isEmpty {
      if word.first == .hash {
        criteria.consume()
        break
      }
      let isNegated = word.first == .bang
      let name = isNegated ? word.dropFirst() : word
      if name.equalsIgnoringCase("all") {
        try takeAll(&criteria, &state, isNegated, frame)
        return
      }
      state.count += 1
      if name.equalsIgnoringCase("canonical") || name.equalsIgnoringCase("final") {
        if name.equalsIgnoringCase("final"), !isFinal,
          !isNegated || environment.profile.negatedFinalForcesPass
        {
          wantsFinalPass = true
        }
        state.take(isFinal != isNegated, word.text)
        continue
      }
      let (criterion, argument) = try takeArgument(name, &criteria)
      guard let holds = try holds(criterion, argument, &state, isNegated, frame) else { continue }
      state.take(holds != isNegated, "\(word.text) \(argument.text)")
    }
    if state.count == 0 { throw .line("Bad Match condition: one or more criteria required") }
  }

  private func takeAll(
    _ criteria: inout Criteria, _ state: inout MatchState, _ isNegated: Bool, _ frame: Frame
  ) throws(Failure) {
    let following = state.count > 1 ? nil : criteria.take()
    let isLast = following.map { $0.isEmpty || $0.first == .hash } ?? true
    guard state.count <= 1, isLast else {
      throw .line("Bad Match condition: 'all' cannot be combined with other criteria")
    }
    if following?.first == .hash { criteria.consume() }
    state.take(!isNegated, "!all")
  }

  /// A criterion with its argument; since 9.9 they may also be joined by `=`.
  private func takeArgument(
    _ name: Bytes, _ criteria: inout Criteria
  ) throws(Failure) -> (Bytes, Bytes) {
    if environment.profile.splitsMatchIntoWords, let (head, tail) = name.split(atFirst: .equals),
      MatchCriterion.isJoinable(head)
    {
      return (head, try checked(tail, head))
    }
    guard let argument = criteria.take() else {
      throw .line("Bad Match condition: missing argument for \(name.text)")
    }
    return (name, try checked(argument, name))
  }

  private func checked(_ argument: Bytes, _ name: Bytes) throws(Failure) -> Bytes {
    let mayBeEmpty =
      environment.profile.isAtLeast(10, 0)
      && (name.equalsIgnoringCase("tagged") || name.equalsIgnoringCase("command"))
    if argument.first == .hash || (argument.isEmpty && !mayBeEmpty) {
      throw .line("Bad Match condition: missing argument for \(name.text)")
    }
    return argument
  }
}

enum MatchCriterion {
  static func isJoinable(_ name: Bytes) -> Bool {
    let known = [
      "host", "originalhost", "user", "localuser", "localnetwork", "version", "tagged",
      "command", "exec",
    ]
    return known.contains { name.equalsIgnoringCase($0) }
  }
}
