import CLibSSH2

/// Calls into libssh2 that take several packets: repeated at each arrival until they are through.
extension SSHConnection {
  /// Repeats `call` until it answers something else than "try again".
  func drive(_ call: () -> Int) async throws(SyncError) -> Int {
    while true {
      if let failure { throw failure }
      let code = call()
      flush()
      if code != tryAgain { return code }
      if transportEnd != nil { throw lost() }
      let turn = Once<Void>()
      turns.append(turn)
      try await turn.value()
    }
  }

  /// What a broken connection means at this point of its life.
  func lost(_ reason: String? = nil) -> SyncError {
    let reason = reason ?? transportEnd ?? wire.lastMessage
    switch phase {
    case .greeting: return SyncError(.unreachable, name, greetingFailure(reason))
    case .keyExchange:
      return SyncError(.unreachable, name, "the connection broke in the key exchange: \(reason)")
    case .authentication:
      return SyncError(.authentication, name, "the server ended the login: \(reason)")
    case .up: return SyncError(.connectionLost, name, "the connection broke: \(reason)")
    }
  }
}

extension SSHConnection {
  private func greetingFailure(_ reason: String) -> String {
    if greeting.isEmpty || wasTooBusy { return "no ssh greeting: \(reason)" }
    let words = greeting.prefix(40).map { (0x20..<0x7f).contains($0) ? $0 : UInt8(ascii: ".") }
    return "there is no ssh server; it said “\(String(decoding: words, as: UTF8.self))”"
  }

  /// It was turned away before the greeting, as a server does that has too many guests: closed without
  /// a word, or with OpenSSH's word for it.
  var wasTooBusy: Bool {
    guard phase == .greeting, failure == nil else { return false }
    let said = String(decoding: greeting, as: UTF8.self)
    return said.isEmpty || said.hasPrefix("Exceeded MaxStartups")
      || said.hasPrefix("Not allowed at this time")
  }
}
