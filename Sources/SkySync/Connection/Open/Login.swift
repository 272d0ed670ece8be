import HostBook

/// What is said on a fresh connection until the server has let us in.
struct Login: Sendable {
  let host: ResolvedHost
  let options: ConnectionOptions
  let interrupt: Interrupt
  let trust: HostTrust
  let identities: Identities

  func run(_ connection: SSHConnection) async throws(SyncError) {
    try await connection.handshake(host, hostKeyTypes: trust.preferredTypes)
    try await checkServer(try await connection.serverKey())
    try await authenticate(connection)
    await connection.becomeUp()
  }

  private func checkServer(_ key: [UInt8]) async throws(SyncError) {
    guard let question = try trust.judge(key) else { return }
    if trust.policy == .ask {
      guard let ask = options.acceptHostKey else { throw trust.refusal(question) }
      interrupt.stopClock()
      let accepted = await ask(question)
      interrupt.resumeClock(on: EventLoop.all[0])
      guard accepted else { throw trust.refusal(question) }
    }
    let word = try await interrupt.offload { .success(trust.learn(key)) }
    options.notice?(word)
  }

  /// Offers one key after the other; the passphrase of a key is asked for when the server would take it.
  private func authenticate(_ connection: SSHConnection) async throws(SyncError) {
    var tried: [String] = []
    let ways = LoginWays(host)
    for identity in ways.publicKey ? identities.usable : [] {
      let offer = Offer(identity: identity, options: options, interrupt: interrupt)
      let outcome = try await offer.make(on: connection, user: host.user, tried: tried)
      guard let refusal = outcome else { return }
      // The channel that was asked for in vain is in the way of others: the caller begins anew without.
      if await connection.hasOpenedEarly { throw failure(tried, ways, []) }
      tried.append("\(identity.label): \(refusal)")
    }
    let offered = await connection.remainingMethods(user: host.user)
    if ways.password, offered.contains("password"), let ask = options.password {
      interrupt.stopClock()
      defer { interrupt.resumeClock(on: EventLoop.all[0]) }
      for attempt in 1...ways.prompts {
        guard let password = await ask(host, attempt) else { break }
        if try await connection.authenticate(user: host.user, password: password) { return }
      }
      tried.append("the password was refused or not given")
    }
    throw failure(tried + identities.skipped, ways, offered)
  }

  private func failure(_ tried: [String], _ ways: LoginWays, _ offered: [String]) -> SyncError {
    let list = tried.isEmpty ? "no key was found" : tried.joined(separator: "; ")
    let others = ways.forOpenSSH(offered)
    var error = SyncError(
      .authentication, host.name, "\(host.user)@\(host.hostname) was not let in: \(list)",
      advice: !others.isEmpty
        ? "the server also takes \(others.joined(separator: ", ")): log in once with "
          + "`ssh -fNM \(host.name)`, and its shared connection is used"
        : tried.isEmpty
          ? "name a key with IdentityFile or add one to the agent with ssh-add"
          : "check User and IdentityFile, and that the key is in the node's authorized_keys")
    error.isForOpenSSH = !others.isEmpty || identities.hasForeign
    return error
  }
}
