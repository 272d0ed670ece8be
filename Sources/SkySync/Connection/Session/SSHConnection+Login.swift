import CLibSSH2
import HostBook

/// The steps between the first byte and the first command.
extension SSHConnection {
  /// Greeting and key exchange, up to the request for the login service: what logs in need not wait for the answer.
  /// - Parameter hostKeyTypes: What the server shall prove to be, the best first.
  func handshake(_ host: ResolvedHost, hostKeyTypes: [String]) async throws(SyncError) {
    try propose(host, hostKeyTypes: hostKeyTypes)
    startTransport()
    awaitsService = true
    let code = try await drive {
      let code = stepHandshake()
      return code == tryAgain && wire.stage == .serviceRequested ? 0 : code
    }
    if code == 0 { return }
    if code == Int(LIBSSH2_ERROR_KEX_FAILURE) || code == Int(LIBSSH2_ERROR_METHOD_NONE) {
      var error = SyncError(
        .unsupported, name, "no common algorithms with the server: \(wire.lastMessage)",
        advice: "this libssh2 knows no ETM-only MACs and no RSA-only host keys; 1.11 does, and so "
          + "does OpenSSH's ssh")
      error.isForOpenSSH = true
      throw error
    }
    throw lost(wire.lastMessage)
  }

  /// Goes on with the handshake until the server has agreed to let somebody log in; then answers 0.
  private func stepHandshake() -> Int {
    guard awaitsService else { return 0 }
    let code = Int(libssh2_session_handshake(wire.session, transport.descriptor))
    if code == 0 { awaitsService = false }
    return code
  }

  /// For what cannot travel with the request.
  private func awaitService() async throws(SyncError) {
    let code = try await drive { stepHandshake() }
    if code != 0 { throw lost(wire.lastMessage) }
  }

  /// The public key that the server has proved to hold, as RFC 4253 section 6.6 spells it.
  func serverKey() throws(SyncError) -> [UInt8] {
    var size = 0
    var type: Int32 = 0
    guard let bytes = libssh2_session_hostkey(wire.session, &size, &type), size > 4 else {
      throw SyncError(.hostKey, name, "the server sent no host key")
    }
    return UnsafeRawBufferPointer(start: bytes, count: size).map { $0 }
  }

  /// The host key that was checked when the connection was made, as `.pub` files have it: `TYPE BASE64`.
  public func hostKeys() throws(SyncError) -> [String] {
    if let failure { throw failure }
    let key = try serverKey()
    return ["\(KnownHosts.keyType(key) ?? "unknown") \(Base64.encode(key, padding: true))"]
  }

  /// Offers one key. Returns false when the server does not want it.
  /// - Parameter sign: Called when the server would take it; nil gives up on the key.
  func authenticate(
    user: String, publicKey: [UInt8], sign: (_ data: [UInt8]) async throws(SyncError) -> [UInt8]?
  ) async throws(SyncError) -> Bool {
    phase = .authentication
    let session = wire.session
    wire.signing = .idle
    defer { wire.signing = .idle }
    while true {
      let code = try await drive {
        let service = stepHandshake()
        if service != 0, service != tryAgain { return service }
        let code = libssh2_userauth_publickey(
          session, user, publicKey, publicKey.count, signBytes, nil)
        guard code == LIBSSH2_ERROR_EAGAIN else { return Int(code) }
        if case .wanted = wire.signing { return 1 }
        if case .signed = wire.signing { openEarly() }
        return tryAgain
      }
      if code == 0 { return true }
      guard code == 1, case .wanted(let data) = wire.signing else {
        // Without a question for a signature, any other answer than a refusal is the end.
        if case .idle = wire.signing, code != Int(LIBSSH2_ERROR_AUTHENTICATION_FAILED) {
          throw lost()
        }
        return false
      }
      let signature = try await sign(data)
      wire.signing = signature.map { .signed($0) } ?? .refused
    }
  }

  /// A server that would take the key takes its signature, too.
  private func openEarly() {
    guard opensEarly, !hasOpenedEarly else { return }
    hasOpenedEarly = true
    // Asks only; `open` waits for the answer.
    _ = openChannel("session", [])
  }

  /// Tries a password. Returns false when the server does not take it.
  func authenticate(user: String, password: [UInt8]) async throws(SyncError) -> Bool {
    phase = .authentication
    try await awaitService()
    let session = wire.session
    let code = try await drive {
      password.withUnsafeBytes { bytes in
        Int(
          libssh2_userauth_password_ex(
            session, user, UInt32(user.utf8.count),
            bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(bytes.count), nil))
      }
    }
    if code == Int(LIBSSH2_ERROR_AUTHENTICATION_FAILED) { return false }
    guard code == 0 else { throw lost() }
    return true
  }

  /// The ways in that the server still offers after it has refused others; empty when it does not say.
  func remainingMethods(user: String) async -> [String] {
    let session = wire.session
    var list: String?
    guard (try? await awaitService()) != nil else { return [] }
    _ = try? await drive {
      list = libssh2_userauth_list(session, user, UInt32(user.utf8.count)).map {
        String(cString: $0)
      }
      return list == nil ? Int(libssh2_session_last_errno(session)) : 0
    }
    return list?.split(separator: ",").map(String.init) ?? []
  }

  /// Logged in: from now on it is kept alive and watched.
  func becomeUp() {
    phase = .up
    libssh2_keepalive_config(wire.session, 1, 2)
    lastArrival = .now
    scheduleKeepAlive()
    if let idle = options.idle { scheduleIdleCheck(idle) }
    pump()
  }

  /// Asks the server something at each interval, and gives it up, as ssh does with ServerAliveInterval, when
  /// nothing came for so many in a row. Intervals are counted, not time: after a sleep of this machine the
  /// server gets its chance again. (libssh2 never takes the answers out of its queue: some bytes each.)
  private func scheduleKeepAlive() {
    lastLook = lastArrival
    every(keepAlive.interval, "keep-alive") { connection in
      let isSilent = connection.lastArrival <= connection.lastLook && !connection.hasUnreadInput
      connection.lastLook = connection.lastArrival
      connection.silentIntervals = isSilent ? connection.silentIntervals + 1 : 0
      if connection.silentIntervals >= connection.keepAlive.patience {
        return connection.endSilence()
      }
      var next: Int32 = 0
      libssh2_keepalive_send(connection.wire.session, &next)
      connection.flush()
    }
  }

  private func endSilence() {
    let limit = keepAlive.interval * keepAlive.patience
    fail(
      SyncError(
        .timeout, name, "the server answered nothing for \(limit)",
        advice: "ServerAliveInterval and ServerAliveCountMax set how long to wait"))
  }

  private func scheduleIdleCheck(_ idle: Duration) {
    every(max(idle / 4, .milliseconds(10)), "idle") { connection in
      let running = connection.channels.values.contains { $0.outcome == nil }
      guard running else { return connection.lastArrival = .now }
      guard connection.lastArrival.duration(to: .now) > idle else { return }
      connection.fail(
        SyncError(.timeout, connection.name, "the node sent nothing for \(idle)"))
    }
  }

  private func every(
    _ interval: Duration, _ name: String,
    _ action: @escaping @Sendable (isolated SSHConnection) -> Void
  ) {
    guard failure == nil else { return }
    timers[name] = loop.schedule(at: .now + interval) { [weak self] in
      self?.assumeIsolated { connection in
        action(connection)
        connection.every(interval, name, action)
      }
    }
  }
}
