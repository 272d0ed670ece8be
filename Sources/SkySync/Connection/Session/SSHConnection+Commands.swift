import CLibSSH2

/// Starting commands, and what their handles ask for.
extension SSHConnection {
  /// Starts `command` in the user's login shell. Ends the connection with `timeout` when the node does
  /// not answer within `options.connect`.
  public func start(_ command: String) async throws(SyncError) -> any RemoteCommand {
    try await start(.command(command))
  }

  public func startFileServer() async throws(SyncError) -> any RemoteCommand {
    try await start(.subsystem("sftp"))
  }

  private func start(_ purpose: Channel.Purpose) async throws(SyncError) -> any RemoteCommand {
    if let failure { throw failure }
    let channel = newChannel()
    let started = Once<Void>()
    // Not a child task: opening cannot be left half done, the session keeps its state.
    Task { started.resume(await begin(channel, purpose)) }
    let patience = loop.schedule(at: .now + options.connect) { [weak self] in
      self?.assumeIsolated { $0.giveUp(waitingFor: "the start of a command") }
    }
    defer { loop.cancel(patience) }
    do { try await wait(channel, started) } catch {
      drop(channel.id)
      throw error
    }
    limitTime(channel)
    return SSHCommand(connection: self, channel: channel.id)
  }

  private func giveUp(waitingFor what: String) {
    fail(SyncError(.timeout, name, "no answer within \(options.connect), waiting for \(what)"))
  }

  func begin(_ channel: Channel, _ purpose: Channel.Purpose) async -> Result<Void, SyncError> {
    do {
      defer { channel.isOpening = false }
      switch purpose {
      case .command(let command):
        try await open(channel, "session", [])
        try await execute(channel, "exec", command)
      case .subsystem(let name):
        try await open(channel, "session", [])
        try await execute(channel, "subsystem", name)
      case .tunnel(let host, let port):
        let origin = SSHFields.string("127.0.0.1") + SSHFields.uint32(0)
        let target = SSHFields.string(host) + SSHFields.uint32(Int(port))
        try await open(channel, "direct-tcpip", target + origin)
      }
    } catch {
      channel.settle(.failure(error))
      channel.isClosing = true
      if failure == nil { free(channel) }
      return .failure(error)
    }
    // Frees it, when it was stopped while it was being opened.
    advance(channel)
    flush()
    return .success(())
  }

  /// One at a time: libssh2 keeps the state of opening in the session.
  private func open(
    _ channel: Channel, _ type: String, _ message: [UInt8]
  ) async throws(SyncError) {
    try await takeOpeningTurn()
    defer { passOpeningTurn() }
    let session = wire.session
    let code = try await drive {
      channel.pointer = openChannel(type, message)
      return channel.pointer == nil ? Int(libssh2_session_last_errno(session)) : 0
    }
    if code != 0 { throw refusal("open a channel", code) }
  }

  /// Asks for a channel, or goes on with what was asked for; nil while there is no answer, or when that is a no.
  func openChannel(_ type: String, _ message: [UInt8]) -> OpaquePointer? {
    message.withUnsafeBytes { bytes in
      libssh2_channel_open_ex(
        wire.session, type, UInt32(type.utf8.count), UInt32(clamping: options.receiveWindow), 32768,
        bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(bytes.count))
    }
  }

  private func takeOpeningTurn() async throws(SyncError) {
    guard isOpening else {
      isOpening = true
      return
    }
    let turn = Once<Void>()
    openingQueue.append(turn)
    try await turn.value()
  }

  /// The next in the queue goes on; nobody can slip in before it.
  private func passOpeningTurn() {
    if openingQueue.isEmpty {
      isOpening = false
    } else {
      openingQueue.removeFirst().resume(.success(()))
    }
  }

  private func execute(
    _ channel: Channel, _ request: String, _ text: String
  ) async throws(SyncError) {
    let code = try await drive {
      // Abandoned meanwhile: nothing is to be started.
      guard let pointer = channel.pointer, !channel.isClosing else { return 0 }
      return Int(
        libssh2_channel_process_startup(
          pointer, request, UInt32(request.utf8.count), text, UInt32(text.utf8.count)))
    }
    if code != 0 { throw refusal("run a command", code) }
  }

  private func refusal(_ what: String, _ code: Int) -> SyncError {
    if code == Int(LIBSSH2_ERROR_CHANNEL_FAILURE)
      || code == Int(LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED)
    {
      return SyncError(
        .badAnswer, name, "the server refused to \(what): \(wire.lastMessage)",
        advice: "its sshd may limit sessions (MaxSessions) or commands (ForceCommand, the shell)")
    }
    return lost("could not \(what): \(wire.lastMessage)")
  }

  private func limitTime(_ channel: Channel) {
    guard let total = options.total, channel.outcome == nil else { return }
    let (id, name) = (channel.id, name)
    channel.timer = loop.schedule(at: .now + total) { [weak self] in
      let error = SyncError(.timeout, name, "the command did not end within \(total)")
      self?.assumeIsolated { $0.stop(id, error) }
    }
  }
}
