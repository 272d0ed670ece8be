/// What a command's handle asks for.
extension SSHConnection {
  func write(_ id: Int, _ bytes: [UInt8]) async throws(SyncError) {
    guard !bytes.isEmpty, let channel = channels[id] else { return }
    if channel.outcome != nil { throw channel.inputRefusal }
    let done = Once<Void>()
    channel.writing = Channel.Writing(bytes: bytes, done: done)
    advance(channel)
    flush()
    try await wait(channel, done)
  }

  func finishInput(_ id: Int) async throws(SyncError) {
    guard let channel = channels[id], case .open = channel.input else { return }
    if case .success = channel.outcome { return }
    if case .failure(let error) = channel.outcome { throw error }
    let done = Once<Void>()
    channel.input = .finishing(done)
    advance(channel)
    flush()
    try await wait(channel, done)
  }

  func read(_ id: Int) async throws(SyncError) -> [UInt8]? {
    guard let channel = channels[id] else { return nil }
    let wasFull = channel.isFull
    if let answer = channel.answer(&channel.output) {
      resumeAfter(channel, wasFull)
      return try answer.get()
    }
    let reader = Once<[UInt8]?>()
    channel.outputReader = reader
    return try await wait(channel, reader)
  }

  func readError(_ id: Int) async throws(SyncError) -> [UInt8]? {
    guard let channel = channels[id] else { return nil }
    let wasFull = channel.isFull
    if let answer = channel.answer(&channel.errors) {
      resumeAfter(channel, wasFull)
      return try answer.get()
    }
    let reader = Once<[UInt8]?>()
    channel.errorReader = reader
    return try await wait(channel, reader)
  }

  func outcome(_ id: Int) async throws(SyncError) -> RemoteOutcome {
    guard let channel = channels[id] else {
      throw SyncError(.cancelled, name, "the command was abandoned")
    }
    if let outcome = channel.outcome { return try outcome.get() }
    let waiter = Once<RemoteOutcome>()
    channel.outcomeWaiters.append(waiter)
    return try await wait(channel, waiter)
  }

  /// The handle is gone: ends the command, without waiting for the node.
  func drop(_ id: Int) {
    channels[id]?.isDropped = true
    stop(id, SyncError(.cancelled, name, "the command was abandoned"))
  }

  /// Ends one command with `error`, without waiting for the node.
  func stop(_ id: Int, _ error: SyncError) {
    guard let channel = channels[id] else { return }
    channel.settle(.failure(error))
    if let timer = channel.timer { loop.cancel(timer) }
    if failure != nil {
      if channel.isDropped { channels[id] = nil }
      return
    }
    channel.isClosing = true
    // One that is being opened is freed when that is through.
    if !channel.isOpening { free(channel) }
    flush()
  }

  /// Reading had stopped, for the reader was slow: what waits below is moved up.
  private func resumeAfter(_ channel: Channel, _ wasFull: Bool) {
    if wasFull && !channel.isFull { pump() }
  }

  /// Waits for `once`; when the task is cancelled the command is ended.
  func wait<Value: Sendable>(
    _ channel: Channel, _ once: Once<Value>
  ) async throws(SyncError) -> Value {
    let (id, loop, name) = (channel.id, loop, name)
    let result: Result<Value, SyncError> = await withTaskCancellationHandler {
      await once.answer()
    } onCancel: {
      loop.execute { [weak self] in
        let error = SyncError(.cancelled, name, "interrupted")
        once.resume(.failure(error))
        self?.assumeIsolated { $0.stop(id, error) }
      }
    }
    return try result.get()
  }
}
