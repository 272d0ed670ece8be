import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs a short-lived program found in PATH: no shell, no stdin, all output kept, with a deadline.
///
/// It blocks the calling thread; for programs that answer in milliseconds, as `ssh -G` does.
package enum Program {
  package struct Result: Equatable, Sendable {
    /// The exit code, or 128 + the signal's number.
    package var status: Int32
    package var output: [UInt8]
    package var errorOutput: [UInt8]
  }

  /// Throws what posix_spawnp(3) reports, or `.timedOut` (the program is then killed and reaped).
  package static func run(
    _ arguments: [String], patience: Duration = .seconds(20)
  ) throws(Errno) -> Result {
    let output = try Pipe()
    let errors = try Pipe()
    let child = try spawn(arguments, output: output.write, errors: errors.write)
    close(output.write)
    close(errors.write)
    defer {
      close(output.read)
      close(errors.read)
    }
    let ends = [output.read, errors.read]
    guard let texts = collect(ends, until: ContinuousClock.now + patience) else {
      kill(child, SIGKILL)
      _ = reap(child)
      throw .timedOut
    }
    return Result(status: reap(child), output: texts[0], errorOutput: texts[1])
  }

  private struct Pipe {
    let read: Int32
    let write: Int32

    init() throws(Errno) {
      #if os(Linux)
        // From the start: a program that another thread starts now would keep our child's output open.
        let ends = try FileDescriptor.pipe(options: .closeOnExec)
        (read, write) = (ends.readEnd.rawValue, ends.writeEnd.rawValue)
      #else
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Errno(rawValue: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (read, write) = (ends[0], ends[1])
      #endif
    }
  }

  private static func spawn(
    _ arguments: [String], output: Int32, errors: Int32
  ) throws(Errno) -> pid_t {
    #if canImport(Glibc)
      var actions = posix_spawn_file_actions_t()
    #else
      var actions: posix_spawn_file_actions_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let status = posix_spawnp(&child, arguments.first ?? "", &actions, nil, &words, environ)
    guard status == 0 else {
      for end in [output, errors] { close(end) }
      throw Errno(rawValue: status)
    }
    return child
  }

  /// Reads all descriptors to their end; nil when the deadline comes first.
  private static func collect(
    _ descriptors: [Int32], until deadline: ContinuousClock.Instant
  ) -> [[UInt8]]? {
    var texts = descriptors.map { _ in [UInt8]() }
    var polls = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var buffer = [UInt8](repeating: 0, count: 65536)
    while polls.contains(where: { $0.fd >= 0 }) {
      guard ContinuousClock.now < deadline else { return nil }
      guard poll(&polls, nfds_t(polls.count), 100) > 0 else { continue }
      for index in polls.indices where polls[index].revents != 0 {
        let count = read(polls[index].fd, &buffer, buffer.count)
        if count > 0 {
          texts[index] += buffer[..<count]
        } else if count == 0 || errno != EINTR {
          polls[index].fd = -1
        }
      }
    }
    return texts
  }

  private static func reap(_ child: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }
}
