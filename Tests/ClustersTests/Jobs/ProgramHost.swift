import SkySync
import Support
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Commands through a program that takes them as its last argument: `/bin/sh -c` here, or the stock ssh.
struct ProgramHost: CommandHost {
  var name: String
  /// The program, found by its path, and its arguments before the command.
  var program: [String]
  var environment: [String]

  /// `/bin/sh` with a home of its own: a node on this machine.
  static func local(home: FilePath, name: String = "here") -> ProgramHost {
    ProgramHost(
      name: name, program: ["/bin/sh", "-c"],
      environment: ["HOME=\(home)", "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"])
  }

  func start(_ command: String) async throws(SyncError) -> any RemoteCommand {
    do {
      return try ProgramRun(program + [command], environment)
    } catch {
      throw SyncError(.unreachable, name, "\(error)")
    }
  }
}

/// One such command in a process group of its own.
final class ProgramRun: RemoteCommand {
  private let pid: pid_t
  private let input: FileDescriptor
  private let output: FileDescriptor
  private let errors: FileDescriptor
  private let end: Task<RemoteOutcome, Never>

  init(_ words: [String], _ environment: [String]) throws {
    signal(SIGPIPE, SIG_IGN)
    let (input, output, errors) = (try Pipe(), try Pipe(), try Pipe())
    let pid = try spawn(
      words, environment: environment, streams: [input.read, output.write, errors.write])
    for far in [input.read, output.write, errors.write] { try far.close() }
    (self.pid, self.input) = (pid, input.write)
    (self.output, self.errors) = (output.read, errors.read)
    end = Task { await onThread { Self.wait(pid) } }
  }

  deinit {
    for stream in [input, output, errors] { try? stream.close() }
  }

  func write(_ bytes: [UInt8]) async throws(SyncError) {
    let done = await onThread { [input] in (try? input.writeAll(bytes)) != nil }
    guard done else { throw SyncError(.connectionLost, "shell", "cannot write") }
  }

  /// Not closed before the end: a write under way would go on in whatever gets its number.
  func finishInput() async throws(SyncError) { shutdown(input.rawValue, Int32(SHUT_WR)) }

  func read() async throws(SyncError) -> [UInt8]? { await piece(output) }

  func readError() async throws(SyncError) -> [UInt8]? { await piece(errors) }

  func outcome() async throws(SyncError) -> RemoteOutcome { await end.value }

  /// As sshd does when a connection is gone: shuts all streams and leaves the rest to the command.
  func abandon() async {
    for stream in [input, output, errors] { shutdown(stream.rawValue, Int32(SHUT_RDWR)) }
  }

  private func piece(_ stream: FileDescriptor) async -> [UInt8]? {
    await onThread {
      var buffer = [UInt8](repeating: 0, count: 64 << 10)
      let count = (try? buffer.withUnsafeMutableBytes { try stream.read(into: $0) }) ?? 0
      return count > 0 ? Array(buffer.prefix(count)) : nil
    }
  }
}

extension ProgramRun {
  private struct Pipe {
    let read: FileDescriptor
    let write: FileDescriptor

    /// Closed on exec from the start, which pipe(2) cannot: a program that another test starts at this
    /// moment must not hold them open.
    init() throws {
      var ends: [Int32] = [-1, -1]
      #if canImport(Glibc)
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Errno(rawValue: errno) }
      #else
        guard socketpair(AF_UNIX, SOCK_STREAM, 0, &ends) == 0 else { throw Errno(rawValue: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      #endif
      (read, write) = (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
    }
  }

  private static func wait(_ pid: pid_t) -> RemoteOutcome {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .signalled("\(status & 0x7f)")
  }
}
