import CLibSSH2

/// Channels that carry other sessions: direct-tcpip (RFC 4254 section 7.2).
extension SSHConnection {
  /// Has the node connect to `host`.
  func openTunnel(
    to host: String, port: UInt16, _ interrupt: Interrupt
  ) async throws(SyncError) -> TunnelTransport {
    if let failure { throw failure }
    let channel = newChannel()
    do {
      try await interrupt.wait { (opened: Once<Void>) in
        // Not a child task: opening cannot be left half done, the session keeps its state.
        Task { opened.resume(await begin(channel, .tunnel(host: host, port: port))) }
      }
    } catch {
      drop(channel.id)
      guard error.code == .badAnswer else { throw error }
      throw SyncError(
        .unreachable, name, "it cannot connect to \(host) port \(port): \(error.reason)",
        advice:
          "check that the jump host reaches it and that its sshd forwards (AllowTcpForwarding)")
    }
    return TunnelTransport(through: self, channel: channel.id)
  }

  /// `ready` is called whenever bytes came, the end came or bytes are taken again.
  func watchTunnel(_ id: Int, _ ready: @escaping @Sendable () -> Void) {
    channels[id]?.tunnelIsReady = ready
  }

  /// What has arrived, and what is to be expected after it.
  func readTunnel(_ id: Int) -> ([UInt8], TransportStatus) {
    guard let channel = channels[id] else { return ([], .ended) }
    let wasFull = channel.isFull
    let bytes = channel.output.takeAll()
    if wasFull { pumpSoon() }
    if channel.outputEnded { return (bytes, .ended) }
    if case .failure(let error) = channel.outcome { return (bytes, .failed(error.reason)) }
    return (bytes, .wait)
  }

  /// Asked before each write; after a no, readiness is reported.
  func tunnelTakesMore(_ id: Int) -> Bool {
    guard let channel = channels[id], channel.outcome == nil, failure == nil else { return false }
    channel.tunnelWaits = channel.writing != nil
    return !channel.tunnelWaits
  }

  func writeTunnel(_ id: Int, _ bytes: [UInt8]) {
    guard let channel = channels[id] else { return }
    channel.writing = Channel.Writing(bytes: bytes, done: Once())
    advance(channel)
    flush()
  }
}
