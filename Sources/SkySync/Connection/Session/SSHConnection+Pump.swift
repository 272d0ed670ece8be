import CLibSSH2

/// How bytes move: between the transport and the queues, between the queues and libssh2.
extension SSHConnection {
  /// Bytes queued for sending above which nothing more is encrypted.
  private static let outboundLimit = 256 << 10
  /// Bytes taken from the transport in one go, so that others on the loop get their turn.
  private static let inboundLimit = 1 << 20

  /// Bytes have come that there is no room for yet: their readers are slow, not the server.
  var hasUnreadInput: Bool { canRead || wire.inbound.count >= Self.inboundLimit }

  /// Begins to listen to the transport.
  func startTransport() {
    transport.start { [weak self] in
      self?.assumeIsolated { $0.transportIsReady() }
    }
  }

  private func transportIsReady() {
    canRead = true
    canWrite = true
    pump()
  }

  /// Moves everything that can be moved now.
  func pump() {
    guard failure == nil else { return }
    flush()
    fill()
    for channel in channels.values { advance(channel) }
    let waiting = turns
    turns = []
    for turn in waiting { turn.resume(.success(())) }
    flush()
    if failure == nil && transportEnd != nil && phase == .up { fail(lost()) }
  }

  /// Takes in what has arrived.
  private func fill() {
    guard canRead, transportEnd == nil, wire.inbound.count < Self.inboundLimit else { return }
    let before = wire.inbound.count
    let status = transport.read(into: &wire.inbound, limit: Self.inboundLimit)
    if wire.inbound.count > before { noteArrival(from: before) }
    switch status {
    case .done: break
    case .wait: canRead = false
    case .ended: transportEnd = "the server closed the connection"
    case .failed(let reason): transportEnd = reason
    }
  }

  private func noteArrival(from place: Int) {
    lastArrival = .now
    guard phase == .greeting && greeting.count < 16 << 10 else { return }
    greeting += wire.inbound.front[place...]
    // Other lines may come before it (RFC 4253 section 4.2).
    let isSSH = greeting.split(separator: 0x0a).contains { $0.starts(with: Array("SSH-".utf8)) }
    if isSSH { phase = .keyExchange }
  }

  /// After calls into libssh2: hands what they queued to the transport, and sees to it that what the
  /// transport still holds is fetched when they have made room.
  func flush() {
    guard failure == nil else { return }
    if canRead && transportEnd == nil && wire.inbound.count < Self.inboundLimit { pumpSoon() }
    guard canWrite, !wire.outbound.isEmpty else { return }
    // A broken transport is noticed when reading: what the server said before is still to be read.
    if transport.write(from: &wire.outbound) != .done { canWrite = false }
  }

  func pumpSoon() {
    if pumpIsScheduled { return }
    pumpIsScheduled = true
    loop.execute { [weak self] in
      self?.assumeIsolated {
        $0.pumpIsScheduled = false
        $0.pump()
      }
    }
  }

  /// Moves what one channel can move.
  func advance(_ channel: Channel) {
    guard let pointer = channel.pointer, !channel.isOpening, failure == nil else { return }
    if channel.isClosing { return free(channel) }
    receive(channel, pointer)
    if failure == nil { send(channel, pointer) }
    channel.serveReaders()
    if channel.outputEnded && failure == nil { conclude(channel, pointer) }
  }

  /// Reads both streams: they share one window, and reading either opens it for both.
  private func receive(_ channel: Channel, _ pointer: OpaquePointer) {
    while transportEnd != nil || !channel.isFull {
      let first = take(&channel.output, pointer, stream: 0)
      let second = take(&channel.errors, pointer, stream: SSH_EXTENDED_DATA_STDERR)
      for code in [first, second] where code < 0 && code != tryAgain {
        return fail(lost(wire.lastMessage))
      }
      if first <= 0 && second <= 0 { break }
    }
    if libssh2_channel_eof(pointer) == 1 { channel.outputEnded = true }
  }

  private func take(_ queue: inout ByteQueue, _ pointer: OpaquePointer, stream: Int32) -> Int {
    let size = 32 << 10
    let target = queue.space(size).assumingMemoryBound(to: CChar.self)
    let count = libssh2_channel_read_ex(pointer, stream, target, size)
    if count > 0 { queue.commit(count) }
    return count
  }

  private func send(_ channel: Channel, _ pointer: OpaquePointer) {
    while let writing = channel.writing {
      if wire.outbound.count >= Self.outboundLimit { flush() }
      if wire.outbound.count >= Self.outboundLimit { return }
      let count = writing.bytes.withUnsafeBytes { bytes in
        let rest = bytes[writing.sent...]
        return UnsafeRawBufferPointer(rebasing: rest).withMemoryRebound(to: CChar.self) {
          libssh2_channel_write_ex(pointer, 0, $0.baseAddress, $0.count)
        }
      }
      if count == 0 || count == tryAgain { return }
      guard count > 0 else { return refuseInput(channel, wire.lastMessage) }
      channel.writing?.sent += count
      if writing.sent + count == writing.bytes.count {
        channel.writing = nil
        writing.done.resume(.success(()))
      }
    }
    if case .finishing(let done) = channel.input {
      if libssh2_channel_send_eof(pointer) == LIBSSH2_ERROR_EAGAIN { return }
      channel.input = .finished
      done.resume(.success(()))
    }
  }

  /// The command takes no more input: that breaks its writer, not its output.
  private func refuseInput(_ channel: Channel, _ reason: String) {
    channel.writing?.done.resume(
      .failure(SyncError(.connectionLost, name, "the command reads no more input: \(reason)")))
    channel.writing = nil
  }

  /// After the last output: waits for the channel's end, then tells how the command ended.
  private func conclude(_ channel: Channel, _ pointer: OpaquePointer) {
    guard channel.outcome == nil,
      libssh2_channel_wait_closed(pointer) != LIBSSH2_ERROR_EAGAIN
    else { return }
    if let timer = channel.timer { loop.cancel(timer) }
    channel.settle(.success(outcome(of: pointer)))
    free(channel)
  }

  /// A killed command's exit status reads 0: the signal decides.
  private func outcome(of pointer: OpaquePointer) -> RemoteOutcome {
    var signal: UnsafeMutablePointer<CChar>?
    var size = 0
    libssh2_channel_get_exit_signal(pointer, &signal, &size, nil, nil, nil, nil)
    guard let signal else { return .exited(libssh2_channel_get_exit_status(pointer)) }
    defer { libssh2_free(wire.session, signal) }
    return .signalled(String(cString: signal))
  }

  /// Closes and frees without waiting: asked again with every arrival until the node has answered.
  func free(_ channel: Channel) {
    guard let pointer = channel.pointer else {
      if channel.isDropped { channels[channel.id] = nil }
      return
    }
    if libssh2_channel_free(pointer) == LIBSSH2_ERROR_EAGAIN {
      channel.isClosing = true
      return
    }
    channel.pointer = nil
    if channel.isDropped { channels[channel.id] = nil }
  }
}
