/// Where the bytes of an ssh session come from and go to: a TCP socket, the socket pair of a proxy
/// command, a channel of another session.
///
/// Never waits. All of it is called on the loop of the session that it carries.
protocol ByteTransport: Sendable {
  /// Begins to call `ready` on the loop, whenever a read or write that had to wait may succeed now.
  func start(_ ready: @escaping @Sendable () -> Void)

  /// Puts what has arrived at the end of `queue`, about `limit` bytes at most.
  func read(into queue: inout ByteQueue, limit: Int) -> TransportStatus

  /// Sends from the front of `queue` as much as is accepted.
  func write(from queue: inout ByteQueue) -> TransportStatus

  /// Ends it at once, in both directions. May be called again.
  func shut()

  /// A descriptor for a library that insists on one; nothing is read from or written to it.
  var descriptor: Int32 { get }
}

/// How a read or write ended.
enum TransportStatus: Equatable {
  /// All that was asked for; there may be more.
  case done
  /// Nothing more for now: `ready` will be called.
  case wait
  /// The other side has ended the connection.
  case ended
  /// It broke, with the system's word for it.
  case failed(String)
}
