/// A channel of another session as the transport of a session (ProxyJump): both live on one loop.
final class TunnelTransport: ByteTransport {
  private let outer: SSHConnection
  private let channel: Int

  init(through outer: SSHConnection, channel: Int) {
    self.outer = outer
    self.channel = channel
  }

  deinit { shut() }

  var descriptor: Int32 { outer.transport.descriptor }

  func start(_ ready: @escaping @Sendable () -> Void) {
    let loop = outer.loop
    // Not at once: the outer session is in the middle of its own work when it notices.
    outer.assumeIsolated { $0.watchTunnel(channel) { loop.execute(ready) } }
    loop.execute(ready)
  }

  func read(into queue: inout ByteQueue, limit: Int) -> TransportStatus {
    let (bytes, status) = outer.assumeIsolated { $0.readTunnel(channel) }
    bytes.withUnsafeBytes { queue.append($0) }
    return status
  }

  func write(from queue: inout ByteQueue) -> TransportStatus {
    guard outer.assumeIsolated({ $0.tunnelTakesMore(channel) }) else { return .wait }
    let bytes = queue.takeAll()
    outer.assumeIsolated { $0.writeTunnel(channel, bytes) }
    return .done
  }

  func shut() {
    let (outer, channel) = (outer, channel)
    outer.loop.execute { outer.assumeIsolated { $0.drop(channel) } }
  }
}
