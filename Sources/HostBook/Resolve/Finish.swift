import SystemPackage

/// Turns what the lines set into what `ssh -G` prints: defaults, checks across settings, expansion.
struct Finish {
  let interpreter: Interpreter
  let environment: ResolverEnvironment
  let host: [UInt8]
  var settings: Settings
  /// What the tokens stand for; complete once host, user and port are known.
  var tokens = Tokens()

  init(_ interpreter: Interpreter) throws(ResolveError) {
    self.interpreter = interpreter
    self.environment = interpreter.environment
    self.host = interpreter.host
    self.settings = interpreter.settings
    try fill()
    try check()
    try expand()
  }

  var user: [UInt8] { settings.text(.user) ?? Array(environment.user.utf8) }
  var port: Int { settings.number(.port) ?? 22 }

  private func refuse(_ message: String) -> ResolveError { ResolveError(.badSettings, message) }

  private mutating func fill() throws(ResolveError) {
    if settings.number(.clearallforwardings) == 1, let source = settings[.clearallforwardings] {
      settings.localForwards = []
      settings.remoteForwards = []
      settings[.tunnel] = StoredValue(value: .number(0), source: source.source)
    }
    let none: [Keyword] = [
      .localcommand, .remotecommand, .proxycommand, .controlpath, .revokedhostkeys,
      .pkcs11provider, .knownhostscommand,
    ]
    for keyword in none where settings.text(keyword)?.equalsIgnoringCase("none") == true {
      settings[keyword] = nil
    }
    if let jump = settings.jump, jump == .none { settings[.proxyjump] = nil }
    for keyword: Keyword in [
      .ciphers, .macs, .kexalgorithms, .hostkeyalgorithms,
      .hostbasedacceptedalgorithms, .pubkeyacceptedalgorithms, .casignaturealgorithms,
    ] {
      guard let list = settings.text(keyword),
        case .algorithms(let kind) = KeywordForm.of(keyword)
      else { continue }
      guard let names = interpreter.algorithms.assemble(list[...], kind) else {
        throw refuse("\(keyword.name) \(list.text) leaves no algorithm or has a negated name")
      }
      settings.setText(keyword, names)
    }
    if settings[.proxyjump] != nil { settings[.proxyusefdpass]?.value = .number(0) }
    if let alias = settings.text(.hostkeyalias) {
      settings.setText(.hostkeyalias, alias.lowercasedASCII())
    }
  }

  private mutating func check() throws(ResolveError) {
    if let jump = settings.jump {
      let jumpPort = jump.last.port ?? 22
      if jump.last.host == host, jumpPort == port, jump.last.user ?? user == user {
        throw refuse("jumphost loop via \(jump.last.host.text)")
      }
    }
    if settings.text(.proxycommand)?.equals("-") == true,
      settings.number(.proxyusefdpass) == 1
    {
      throw refuse("ProxyCommand=- and ProxyUseFDPass are incompatible")
    }
    if settings.number(.connectionattempts) == 0 {
      throw refuse("invalid number of ConnectionAttempts: 0")
    }
    if settings.number(.forkafterauthentication) == 1, settings[.remotecommand] == nil,
      settings.number(.sessiontype) != 0
    {
      throw refuse("cannot fork into background without a command (ForkAfterAuthentication)")
    }
    if settings.number(.updatehostkeys) == 2, asksInVain {
      settings[.updatehostkeys]?.value = .number(0)
    }
  }

  /// UpdateHostkeys=ask where nobody would see the question.
  private var asksInVain: Bool {
    let persists = settings.numbers(.controlpersist)?.first == 1
    return (persists && settings[.controlpath] != nil) || settings[.remotecommand] != nil
      || settings.number(.requesttty) == 0 || (settings.number(.loglevel) ?? 3) < 3
  }
}
