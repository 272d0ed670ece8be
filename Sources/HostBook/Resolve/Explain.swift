import SystemPackage

extension Resolution {
  init(name: String, finish: Finish) {
    var printer = Printer(finish)
    printer.print()
    let interpreter = finish.interpreter
    let explanation = Explanation(interpreter, finish.settings)
    let origin = explanation.origin
    values = printer.lines.map { line in
      Setting(key: line.key, value: line.value, origin: line.source.flatMap(origin), overrides: [])
    }
    unusedLines = explanation.unusedLines
    skippedCommands = interpreter.skippedCommands
    files = interpreter.files
    host = ResolvedHost(
      name: name, settings: printer.lines.map { .init(key: $0.key, value: $0.value) })
    for (index, line) in printer.lines.enumerated() {
      values[index].overrides = explanation.overrides(of: line.keyword)
    }
  }
}

/// Sorts what happened to the lines: which were overridden, which did not count and why.
struct Explanation {
  private let files: [FilePath]
  private let blocks: [Trace.Block]
  private let events: [Trace.Event]
  /// By what they are about; see `group`.
  private var shadowed: [Keyword: [Trace.Event]] = [:]
  private let settings: Settings

  init(_ interpreter: Interpreter, _ settings: Settings) {
    files = interpreter.files
    blocks = interpreter.trace?.blocks ?? []
    events = interpreter.trace?.events ?? []
    self.settings = interpreter.settings
    for event in events where event.outcome == .shadowed {
      shadowed[Self.group(event.keyword), default: []].append(event)
    }
  }

  func origin(_ source: SourceLine) -> Resolution.Origin? {
    source.file < 0 ? nil : .init(file: files[Int(source.file)], line: Int(source.line))
  }

  /// Keywords that decide about the same thing: whichever comes first wins.
  private static func group(_ keyword: Keyword) -> Keyword {
    switch keyword {
    case .proxyjump: .proxycommand
    case .forwardagentpath: .forwardagent
    case .rekeyinterval: .rekeylimit
    default: keyword
    }
  }

  private static let additive: Set<Keyword> = [
    .identityfile, .certificatefile, .sendenv, .localforward, .remoteforward, .dynamicforward,
  ]

  func overrides(of keyword: Keyword) -> [Resolution.Override] {
    guard !Self.additive.contains(keyword) else { return [] }
    return (shadowed[Self.group(keyword)] ?? []).compactMap { event in
      guard let origin = origin(event.source) else { return nil }
      return .init(value: Print.text(event.keyword, event.value), origin: origin)
    }
  }

  var unusedLines: [Resolution.UnusedLine] {
    events.compactMap { event in
      guard let origin = origin(event.source), let reason = reason(event) else { return nil }
      return .init(
        key: event.keyword.name, value: Print.text(event.keyword, event.value), origin: origin,
        reason: reason)
    }
  }

  private func reason(_ event: Trace.Event) -> Resolution.UnusedLine.Reason? {
    switch event.outcome {
    case .applied: return nil
    case .shadowed:
      if Self.additive.contains(event.keyword) { return .repeated }
      let winner = settings[event.keyword] ?? settings[Self.group(event.keyword)]
      return .shadowed(by: winner.flatMap { origin($0.source) })
    case .inactive(let index):
      guard blocks.indices.contains(index) else { return nil }
      let block = blocks[index]
      return .blockDoesNotApply(
        header: block.header, origin: origin(block.source), because: block.reason)
    }
  }
}
