extension Interpreter {
  mutating func applyForward(_ keyword: Keyword, _ frame: Frame) throws(Failure) {
    let listen = try takeWord()
    var text = Array(listen)
    var isDynamic = keyword == .dynamicforward
    if !isDynamic {
      if let target = words.take(), !target.isEmpty {
        text += [.colon] + target
      } else if keyword == .remoteforward {
        isDynamic = true
      } else {
        throw .line("missing target argument")
      }
    }
    let forward = forwarding(text, isDynamic: isDynamic, isRemote: keyword == .remoteforward)
    guard let forward else { throw .line("bad forwarding specification") }
    let isRemote = keyword == .remoteforward
    let known = isRemote ? settings.remoteForwards : settings.localForwards
    let isNew = !known.contains { $0.value == .forward(forward) }
    if frame.isActive, isNew {
      let stored = StoredValue(value: .forward(forward), source: frame.source)
      if isRemote {
        settings.remoteForwards.append(stored)
      } else {
        settings.localForwards.append(stored)
      }
    }
    if trace != nil { record(keyword, .forward(forward), frame, applied: isNew) }
  }

  private func forwarding(_ text: [UInt8], isDynamic: Bool, isRemote: Bool) -> Forward? {
    // ssh copies the specification into 255 bytes and loses the rest.
    guard
      let expanded = try? Tokens(variables: environment.variables).expand(text.prefix(255))
    else { return nil }
    return Forward(
      expanded[...], isDynamic: isDynamic, isRemote: isRemote, port: environment.port)
  }

  mutating func applyJump(_ rest: Bytes, _ frame: Frame) throws(Failure) {
    let text = rest.drop { $0.isDelimiter || $0 == .equals }
    words.consume()
    if text.equalsIgnoringCase("none") {
      set(.proxyjump, .jump(.none), frame)
      return
    }
    var hops = text.split(atFirst: .hash)?.head ?? text
    if environment.profile.isAtLeast(10, 1) {
      while hops.last?.isSpace == true { hops = hops.dropLast() }
    } else if let blank = hops.dropFirst().firstIndex(where: \.isSpace) {
      // A mistake of ssh's: it cuts at the first blank.
      hops = hops[..<blank]
    }
    var jump: Jump?
    for hop in hops.split(separator: .comma, omittingEmptySubsequences: false).reversed() {
      guard let destination = Destination.hop(hop, port: environment.port) else {
        throw .line("invalid ProxyJump \"\(text.text)\"")
      }
      if frame.isCommandLine, !Self.isSafe(destination) {
        throw .line("invalid host or user name in ProxyJump \"\(text.text)\"")
      }
      if jump == nil {
        jump = Jump(last: destination, earlier: hops.split(atLast: .comma).map { Array($0.head) })
      }
    }
    guard let jump else { return }
    if frame.isActive, settings[.proxycommand] == nil, settings[.proxyjump] == nil {
      set(.proxyjump, .jump(jump), frame)
      settings[.proxycommand] = StoredValue(value: .text(Array("none".utf8)), source: frame.source)
    } else if trace != nil {
      record(.proxyjump, .jump(jump), frame, applied: false)
    }
  }

  private static func isSafe(_ destination: Destination) -> Bool {
    RequestCheck.isValidHost(destination.host)
      && destination.user.map(RequestCheck.isValidUser) ?? true
  }

  mutating func applySendEnv(_ frame: Frame) throws(Failure) {
    try refuseEmpty(words.isEmpty, .sendenv, frame)
    var order = 0
    while let word = words.take() {
      if word.isEmpty || word.contains(.equals) { throw .line("invalid environment name") }
      let value = Value.text(Array(word))
      if frame.isActive {
        if word.first == UInt8(ascii: "-") {
          removeSent(word.dropFirst())
        } else {
          settings.sentVariables.append(StoredValue(value: value, source: frame.source))
        }
      }
      if trace != nil { record(.sendenv, value, frame, applied: true, order: order) }
      order += 1
    }
  }

  private mutating func removeSent(_ pattern: Bytes) {
    settings.sentVariables.removeAll {
      if case .text(let name) = $0.value { Pattern.matches(name[...], pattern) } else { false }
    }
  }

  mutating func applySetEnv(_ frame: Frame) throws(Failure) {
    try refuseEmpty(words.isEmpty, .setenv, frame)
    var list: [[UInt8]] = []
    var names: Set<Bytes> = []
    while let word = words.take() {
      guard let (name, _) = word.split(atFirst: .equals) else { throw .line("invalid SetEnv") }
      if names.insert(name).inserted { list.append(Array(word)) }
    }
    if !list.isEmpty { set(.setenv, .list(list), frame) }
  }

  mutating func applyCanonicalDomains(_ frame: Frame) throws(Failure) {
    var list: [[UInt8]] = []
    for word in try takeList() {
      guard let name = DomainName.checked(word[...], lowercased: true) else {
        throw .line("invalid domain name \"\(word.text)\"")
      }
      list.append(name)
    }
    try refuseEmpty(list.isEmpty, .canonicaldomains, frame)
    try refuseTooMany(list, .canonicaldomains, frame)
    if !list.isEmpty { set(.canonicaldomains, .list(list), frame) }
  }

  mutating func applyPermittedNames(_ frame: Frame) throws(Failure) {
    var list: [[UInt8]] = []
    var count = 0
    while let word = words.take() {
      if word.equalsIgnoringCase("none") {
        if count > 0 || !words.isEmpty { throw .line("\"none\" must appear alone") }
      } else if word.equals("*") {
        list.append(Array("*:*".utf8))
      } else {
        guard let (_, target) = word.split(atFirst: .colon), !target.isEmpty else {
          throw .line("invalid permitted CNAME \"\(word.text)\"")
        }
        list.append(word.lowercasedASCII())
      }
      count += 1
    }
    try refuseEmpty(count == 0, .canonicalizepermittedcnames, frame)
    try refuseTooMany(list, .canonicalizepermittedcnames, frame)
    if count > 0 { set(.canonicalizepermittedcnames, .list(list), frame) }
  }

  private func refuseTooMany(
    _ list: [[UInt8]], _ keyword: Keyword, _ frame: Frame
  ) throws(Failure) {
    if list.count > 32, frame.isActive, settings[keyword] == nil, !environment.profile.expandsMore {
      throw .line("too many entries for \(keyword.name) (at most 32)")
    }
  }

  mutating func applyPermitRemoteOpen(_ frame: Frame) throws(Failure) {
    var list: [[UInt8]] = []
    while let word = words.take() {
      if word.equalsIgnoringCase("none") || word.equalsIgnoringCase("any") {
        if !list.isEmpty || !words.isEmpty { throw .line("\"\(word.text)\" must appear alone") }
      } else {
        guard let (_, delimiter, port) = Destination.hostField(word), delimiter != .slash else {
          throw fatal("missing host in permitremoteopen", frame)
        }
        let isPort = port.equals("*") || (environment.port(port) ?? 0) > 0
        if delimiter == nil || !isPort { throw fatal("bad port number in permitremoteopen", frame) }
      }
      list.append(Array(word))
    }
    if list.isEmpty { throw fatal("missing permitremoteopen specification", frame) }
    set(.permitremoteopen, .list(list), frame)
  }

  mutating func applyRevokedKeys(_ frame: Frame) throws(Failure) {
    guard environment.profile.revokedKeysAreList else {
      let word = try takeWord()
      set(.revokedhostkeys, .text(Array(word)), frame)
      return
    }
    let list = try takeList()
    try refuseEmpty(list.isEmpty, .revokedhostkeys, frame)
    set(.revokedhostkeys, .list(list), frame)
  }
}
