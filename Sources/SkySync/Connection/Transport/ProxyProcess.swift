import HostBook

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A ProxyCommand: a program whose standard input and output carry the session.
final class ProxyProcess: ByteTransport {
  private let socket: SocketTransport
  private let child: ChildProcess

  var descriptor: Int32 { socket.descriptor }

  /// Starts `command` by the user's shell, as ssh does; its messages go where ours go.
  init(_ command: String, user: LocalUser, on loop: EventLoop) throws(SyncError) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, closedOnExec, 0, &ends) == 0 else {
      throw Self.failure(command, errno)
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK)
    socket = SocketTransport(ends[0], on: loop, isTCP: false)
    defer { close(ends[1]) }
    let shell = user.environment["SHELL"] ?? "/bin/sh"
    child = try ChildProcess(
      [shell, "-c", "exec \(command)"], streams: ends[1], errors: nil,
      what: "ProxyCommand “\(command)”")
  }

  deinit { shut() }

  func start(_ ready: @escaping @Sendable () -> Void) { socket.start(ready) }

  func read(into queue: inout ByteQueue, limit: Int) -> TransportStatus {
    socket.read(into: &queue, limit: limit)
  }

  func write(from queue: inout ByteQueue) -> TransportStatus { socket.write(from: &queue) }

  func shut() {
    socket.shut()
    child.hangUp()
  }

  private static func failure(_ command: String, _ number: Int32) -> SyncError {
    SyncError(
      .unreachable, "ProxyCommand", "“\(command)” cannot be started: \(systemMessage(number))")
  }
}
