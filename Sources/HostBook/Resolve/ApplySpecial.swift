extension Interpreter {
  /// Keywords whose arguments have a form of their own.
  mutating func applySpecial(
    _ keyword: Keyword, _ rest: Bytes, _ frame: inout Frame
  ) throws(Failure) {
    switch keyword {
    case .host: try applyHost(rest, &frame)
    case .match: try applyMatch(rest, &frame)
    case .include: try applyInclude(&frame)
    case .port: try applyPort(frame)
    case .identityfile, .certificatefile: try applyKeyFile(keyword, frame)
    case .localforward, .remoteforward, .dynamicforward: try applyForward(keyword, frame)
    case .proxyjump: try applyJump(rest, frame)
    case .sendenv: try applySendEnv(frame)
    case .setenv: try applySetEnv(frame)
    case .canonicaldomains: try applyCanonicalDomains(frame)
    case .canonicalizepermittedcnames: try applyPermittedNames(frame)
    case .permitremoteopen: try applyPermitRemoteOpen(frame)
    case .forwardagent: try applyForwardAgent(frame)
    case .identityagent: try applyAgentPath(keyword, try takeWord(), frame)
    case .rekeylimit: try applyRekeyLimit(frame)
    case .logverbose:
      let list = try takeList()
      // ssh keeps only the first word.
      if let first = list.first { set(keyword, .list([first]), frame) }
    case .revokedhostkeys: try applyRevokedKeys(frame)
    case .addkeystoagent: try applyAddKeys(frame)
    case .controlpersist: try applyControlPersist(frame)
    case .escapechar: try applyEscapeCharacter(frame)
    case .tunneldevice: try applyTunnelDevice(frame)
    case .ipqos: try applyServiceQuality(frame)
    case .streamlocalbindmask: try applyBindMask(frame)
    default: try applyNewer(keyword, rest, frame)
    }
  }

  private mutating func applyPort(_ frame: Frame) throws(Failure) {
    let word = try takeWord()
    guard let port = environment.port(word), port > 0 else {
      throw .line("bad port \"\(word.text)\"")
    }
    set(.port, .number(port), frame)
  }

  private mutating func applyKeyFile(_ keyword: Keyword, _ frame: Frame) throws(Failure) {
    let word = try takeWord()
    guard frame.isActive || trace != nil else { return }
    try keep(keyword, keyFile: Array(word), frame)
  }

  private mutating func keep(
    _ keyword: Keyword, keyFile word: [UInt8], _ frame: Frame
  ) throws(Failure) {
    let isIdentity = keyword == .identityfile
    let known = isIdentity ? settings.identityFiles : settings.certificateFiles
    let isNew = !known.contains { $0.value == .text(word) && $0.isUser == frame.isUser }
    if frame.isActive {
      if known.count >= 100 { throw .line("too many files for \(keyword.name) (at most 100)") }
      if isNew {
        let stored = StoredValue(value: .text(word), source: frame.source, isUser: frame.isUser)
        if isIdentity {
          settings.identityFiles.append(stored)
        } else {
          settings.certificateFiles.append(stored)
        }
      }
    }
    if trace != nil { record(keyword, .text(word), frame, applied: isNew) }
  }

  private mutating func applyForwardAgent(_ frame: Frame) throws(Failure) {
    let word = try takeWord()
    if let flag = Choice.flag.value(of: word) {
      set(.forwardagent, .number(flag), frame)
    } else {
      // A path sets both halves, each only when it is free.
      set(.forwardagent, .number(1), frame)
      try applyAgentPath(.forwardagentpath, word, frame)
    }
  }

  private mutating func applyAgentPath(
    _ keyword: Keyword, _ word: Bytes, _ frame: Frame
  ) throws(Failure) {
    do {
      _ = try Tokens(variables: environment.variables).expand(word)
    } catch {
      throw .line("invalid environment expansion \"\(word.text)\": \(error.message)")
    }
    if word.first == .dollar, word.dropFirst().first != UInt8(ascii: "{") {
      let name = word.dropFirst()
      let isName = !name.isEmpty && name.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "_") }
      if !isName { throw .line("invalid environment name \"\(word.text)\"") }
    }
    set(keyword, .text(Array(word)), frame)
  }

  private mutating func applyRekeyLimit(_ frame: Frame) throws(Failure) {
    let word = try takeWord()
    var bytes = 0
    if !word.equals("default") {
      guard let number = Numbers.scaled(word) else { throw .line("bad number \"\(word.text)\"") }
      if number != 0, number < 16 { throw .line("RekeyLimit too small") }
      bytes = number
    }
    set(.rekeylimit, .number(bytes), frame)
    if !words.isEmpty, let seconds = try takeSeconds() {
      set(.rekeyinterval, .number(seconds), frame)
    }
  }

  private mutating func applyAddKeys(_ frame: Frame) throws(Failure) {
    guard let first = words.take() else { throw .line("missing argument") }
    let second = words.take()
    switch (Choice.askConfirm.value(of: first), second) {
    case (3?, let second?):
      guard let seconds = Numbers.seconds(second) else { throw .line("invalid time value") }
      set(.addkeystoagent, .numbers([3, seconds]), frame)
    case (let value?, nil): set(.addkeystoagent, .numbers([value, 0]), frame)
    case (nil, nil):
      guard let seconds = Numbers.seconds(first) else { throw .line("unsupported option") }
      set(.addkeystoagent, .numbers([1, seconds]), frame)
    default: throw .line("unsupported option")
    }
  }

  private mutating func applyControlPersist(_ frame: Frame) throws(Failure) {
    let word = try takeWord()
    if word.equals("no") || word.equals("false") {
      set(.controlpersist, .numbers([0, 0]), frame)
    } else if word.equals("yes") || word.equals("true") {
      set(.controlpersist, .numbers([1, 0]), frame)
    } else if let seconds = Numbers.seconds(word) {
      set(.controlpersist, .numbers([1, seconds]), frame)
    } else {
      throw .line("bad ControlPersist argument \"\(word.text)\"")
    }
  }
}
