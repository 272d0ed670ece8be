import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A program that carries a connection; its number is used only as long as it is certainly its own.
final class ChildProcess: Sendable {
  enum End: Equatable, Sendable {
    case exited(Int32)
    case killed(Int32)
  }

  private let process: Mutex<pid_t?>
  private let end = Mutex<End?>(nil)
  private let ended = DoneFlag()

  /// Starts `words`, the first being a program name or path.
  ///
  /// - Parameters:
  ///   - streams: becomes its standard input and output.
  ///   - errors: becomes its standard error; nil leaves it where ours goes.
  ///   - what: what errors call it.
  init(_ words: [String], streams: Int32, errors: Int32?, what: String) throws(SyncError) {
    process = Mutex(try Self.start(words, streams, errors, what))
    // Without a thread to wait for it, the child stays a zombie until we end.
    _ = startThread { self.reap() }
  }

  /// Blocks until it has ended.
  func wait() -> End {
    ended.wait()
    return end.withLock { $0 } ?? .exited(255)
  }

  func hangUp() {
    process.withLock { process in
      if let process { kill(process, SIGHUP) }
    }
  }

  private func reap() {
    guard let number = process.withLock({ $0 }) else { return }
    var info = siginfo_t()
    while waitid(P_PID, id_t(number), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
    process.withLock { process in
      var status: Int32 = 0
      waitpid(number, &status, WNOHANG)
      process = nil
      let signal = status & 0x7f
      end.withLock { $0 = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal) }
    }
    ended.set()
  }

  private static func start(
    _ words: [String], _ streams: Int32, _ errors: Int32?, _ what: String
  ) throws(SyncError) -> pid_t {
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
    if let errors { posix_spawn_file_actions_adddup2(&actions, errors, 2) }
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    let status = posix_spawnp(&process, words[0], &actions, &attributes, &arguments, environ)
    guard status == 0 else {
      throw SyncError(
        .unreachable, what, "cannot be started: \(systemMessage(status))")
    }
    return process
  }
}

/// Set once; any number of threads wait for it.
private final class DoneFlag: Sendable {
  private let ends: (read: Int32, write: Int32)

  init() {
    var pair: [Int32] = [-1, -1]
    // Sockets can be born closed on exec; another program that held an end would keep us waiting for its end.
    socketpair(AF_UNIX, closedOnExec, 0, &pair)
    #if !canImport(Glibc)
      for end in pair where end >= 0 { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    #endif
    ends = (pair[0], pair[1])
  }

  deinit { close(ends.read) }

  func set() { close(ends.write) }

  func wait() {
    var state = pollfd(fd: ends.read, events: Int16(POLLIN), revents: 0)
    while poll(&state, 1, -1) < 0 && errno == EINTR {}
  }
}
