extension Interpreter {
  /// A Host line opens a block; it applies when a pattern matches and no negated one does.
  mutating func applyHost(_ rest: Bytes, _ frame: inout Frame) throws(Failure) {
    if frame.isCommandLine { throw .line("Host directive not supported as an option") }
    frame.isActive = false
    var veto: Bytes?
    while let word = words.take() {
      if word.isEmpty { throw .line("empty argument") }
      if frame.neverMatches { break }
      let isNegated = word.first == .bang
      let pattern = isNegated ? word.dropFirst() : word
      guard Pattern.matches(host[...], pattern) else { continue }
      frame.isActive = !isNegated
      if isNegated {
        veto = word
        break
      }
    }
    words.consume()
    guard trace != nil else { return }
    let reason: String
    if frame.neverMatches {
      reason = "it is included from a block that does not apply"
    } else if let veto {
      reason = "\(veto.text) excludes \(host.text)"
    } else {
      reason = "no pattern matches \(host.text)"
    }
    openBlock("Host \(rest.text)", reason, &frame)
  }

  mutating func openBlock(_ header: String, _ reason: String, _ frame: inout Frame) {
    frame.block = trace?.add(
      block: Trace.Block(header: header, source: frame.source, reason: reason))
  }
}
