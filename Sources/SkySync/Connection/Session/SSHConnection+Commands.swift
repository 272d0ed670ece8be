import CLibSSH2

/// Starting commands, and what their handles ask for.
extension SSHConnection {
  /// Starts `command` in the user's login shell. Ends the connection with `timeout` when the node does
  /// not answer within `options.connect`.
  public func start(_ command: String) async throws(SyncError) -> any RemoteCommand {
    if let failure { throw failure }
    let channel = newChannel()
    let started = Once<Void>()
    // Not a child task: opening cannot be left half done, the session keeps its state.
    Task { started.resume(await begin(channel, command)) }
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

  private func begin(_ channel: Channel, _ command: String) async -> Result<Void, SyncError> {
    do {
      defer { channel.isOpening = false }
      try await open(channel)
      try await execute(channel, command)
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
  private func open(_ channel: Channel) async throws(SyncError) {
    if isOpening {
      let turn = Once<Void>()
      openingQueue.append(turn)
      try await turn.value()
    }
    isOpening = true
    defer {
      isOpening = false
      if !openingQueue.isEmpty { openingQueue.removeFirst().resume(.success(())) }
    }
    let session = wire.session
    var pointer: OpaquePointer?
    let window = UInt32(clamping: options.receiveWindow)
    let code = try await drive {
      pointer = libssh2_channel_open_ex(session, "session", 7, window, 32768, nil, 0)
      return pointer == nil ? Int(libssh2_session_last_errno(session)) : 0
    }
    guard let pointer else { throw refusal("open a channel", code) }
    channel.pointer = pointer
  }

  private func execute(_ channel: Channel, _ command: String) async throws(SyncError) {
    let code = try await drive {
      // Abandoned meanwhile: nothing is to be started.
      guard let pointer = channel.pointer, !channel.isClosing else { return 0 }
      return Int(
        libssh2_channel_process_startup(
          pointer, "exec", 4, command, UInt32(command.utf8.count)))
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
