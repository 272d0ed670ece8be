import SystemPackage

extension Finish {
  /// Expands tokens, variables and `~` where ssh does so before it prints.
  mutating func expand() throws(ResolveError) {
    connect()
    if environment.profile.expandsMore { try expandNewer() }
    if let command = settings.text(.remotecommand) {
      settings.setText(.remotecommand, try expanded(command, .remotecommand))
    }
    for keyword: Keyword in [.controlpath, .identityagent, .forwardagentpath] {
      guard let path = settings.text(keyword) else { continue }
      settings.setText(keyword, try expandedPath(path, keyword))
    }
    if let path = settings.text(.forwardagentpath), settings.number(.exitonforwardfailure) == 1,
      !environment.files.isReachable(FilePath(path.text))
    {
      throw ResolveError(.badSettings, "cannot forward agent socket \(path.text): not found")
    }
    for keyword: Keyword in [.globalknownhostsfile, .userknownhostsfile]
    where settings.list(keyword)?.first?.equalsIgnoringCase("none") == true {
      settings[keyword]?.value = .list([])
    }
    if let files = settings.list(.userknownhostsfile) {
      var paths: [[UInt8]] = []
      for file in files { paths.append(try expandedPath(file, .userknownhostsfile)) }
      settings[.userknownhostsfile]?.value = .list(paths)
    }
    settings.localForwards = try expanded(settings.localForwards, .localforward)
    settings.remoteForwards = try expanded(settings.remoteForwards, .remoteforward)
  }

  func expanded(
    _ text: [UInt8], _ keyword: Keyword, withVariables: Bool = false
  ) throws(ResolveError) -> [UInt8] {
    var tokens = tokens
    if withVariables { tokens.variables = environment.variables }
    do {
      return try tokens.expand(text[...])
    } catch {
      throw ResolveError(.badSettings, "\(keyword.name) \(text.text): \(error.message)")
    }
  }

  func expandedPath(_ path: [UInt8], _ keyword: Keyword) throws(ResolveError) -> [UInt8] {
    try expanded(try withHome(path, keyword), keyword, withVariables: true)
  }

  /// `~` and `~user` at the start replaced by a home folder.
  private func withHome(_ path: [UInt8], _ keyword: Keyword) throws(ResolveError) -> [UInt8] {
    guard path.first == .tilde else { return path }
    let name = path.dropFirst().prefix { $0 != .slash }
    guard let home = name.isEmpty ? environment.passwdHome : environment.homeOfUser(name.text)
    else {
      throw ResolveError(.badSettings, "\(keyword.name) \(path.text): no such user \(name.text)")
    }
    var result = Array(home.string.utf8)
    if result.last != .slash { result.append(.slash) }
    result += path[(1 + name.count)...].drop { $0 == .slash }
    if result.count >= 4096 { throw ResolveError(.badSettings, "\(keyword.name): path too long") }
    return result
  }

  private func expanded(
    _ forwards: [StoredValue], _ keyword: Keyword
  ) throws(ResolveError) -> [StoredValue] {
    var result: [StoredValue] = []
    for var stored in forwards {
      if case .forward(var forward) = stored.value {
        if let path = forward.listenPath { forward.listenPath = try expanded(path, keyword) }
        if let path = forward.connectPath { forward.connectPath = try expanded(path, keyword) }
        stored.value = .forward(forward)
      }
      result.append(stored)
    }
    return result
  }

  /// Fixes what the tokens stand for.
  private mutating func connect() {
    tokens =
      Connection(
        environment, typedHost: interpreter.typedHost, host: host, user: user, port: port,
        keyAlias: settings.text(.hostkeyalias) ?? interpreter.typedHost,
        jump: settings.jump?.last.host ?? []
      ).tokens
  }

  /// What is expanded since 10.0 only.
  private mutating func expandNewer() throws(ResolveError) {
    if let user = settings[.user], user.source != .commandLine, let name = settings.text(.user) {
      // The user's name cannot name itself.
      tokens.letters[UInt8(ascii: "r")] = nil
      tokens.letters[UInt8(ascii: "C")] = nil
      let expanded = try expanded(name, .user, withVariables: true)
      if expanded != name, !RequestCheck.isValidUser(expanded) {
        throw ResolveError(.badSettings, "the user name \(expanded.text) is not acceptable")
      }
      settings.setText(.user, expanded)
      connect()
    }
    if let list = settings.list(.setenv) {
      var entries: [[UInt8]] = []
      for entry in list {
        guard let (name, value) = entry[...].split(atFirst: .equals) else { continue }
        let text = try expanded(Array(value), .setenv, withVariables: true)
        entries.append(name + [.equals] + text)
      }
      settings[.setenv]?.value = .list(entries)
    }
    if let list = settings.list(.revokedhostkeys) {
      var paths: [[UInt8]] = []
      for path in list { paths.append(try expandedPath(path, .revokedhostkeys)) }
      settings[.revokedhostkeys]?.value = .list(paths)
    }
  }
}
