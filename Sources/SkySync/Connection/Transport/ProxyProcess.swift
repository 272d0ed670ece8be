import HostBook
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A ProxyCommand: a program whose standard input and output carry the session.
final class ProxyProcess: ByteTransport {
  private let socket: SocketTransport
  private let child: Child

  /// Its number, as long as that is certainly its own.
  private final class Child: Sendable {
    let process: Mutex<pid_t?>

    init(_ process: pid_t) { self.process = Mutex(process) }

    /// Blocks until it ends.
    func reap() {
      guard let number = process.withLock({ $0 }) else { return }
      var status = siginfo_t()
      while waitid(P_PID, id_t(number), &status, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
      process.withLock { process in
        waitpid(number, nil, WNOHANG)
        process = nil
      }
    }

    func hangUp() {
      process.withLock { process in
        if let process { kill(process, SIGHUP) }
      }
    }
  }

  var descriptor: Int32 { socket.descriptor }

  /// Starts `command` by the user's shell, as ssh does; its messages go where ours go.
  init(_ command: String, user: LocalUser, on loop: EventLoop) throws(SyncError) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, streamType, 0, &ends) == 0 else {
      throw Self.failure(command, errno)
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK)
    socket = SocketTransport(ends[0], on: loop, isTCP: false)
    defer { close(ends[1]) }
    let shell = user.environment["SHELL"] ?? "/bin/sh"
    let child = Child(try Self.start([shell, "-c", "exec \(command)"], streams: ends[1]))
    // Without a thread to wait for it, the child stays a zombie until we end.
    _ = startThread { child.reap() }
    self.child = child
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

  private static func start(_ words: [String], streams: Int32) throws(SyncError) -> pid_t {
    #if canImport(Glibc)
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #else
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    // The threads of the cooperative pool block signals, and a child would go on doing so.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    posix_spawn_file_actions_adddup2(&actions, streams, 0)
    posix_spawn_file_actions_adddup2(&actions, streams, 1)
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    let status = posix_spawn(
      &process, words[0], &actions, &attributes, &arguments, environ)
    guard status == 0 else { throw failure(words[2], status) }
    return process
  }

  private static func failure(_ command: String, _ number: Int32) -> SyncError {
    SyncError(
      .unreachable, "ProxyCommand", "“\(command)” cannot be started: \(systemMessage(number))")
  }
}
