import SkySync
import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A "node" on this machine without ssh: its commands run in a shell with a home and a PATH of their own.
public struct LocalShell: CommandHost {
  public var name = "here"
  public let home: FilePath
  /// The login shell and the arguments before the command.
  public var shell = ["/bin/sh", "-c"]
  public var path = "/usr/bin:/bin"
  /// The SFTP server that stands beside the shell, if any.
  public var fileServer: [String]?
  /// Commands that were started, for tests that end them.
  public let started = StartedCommands()

  public init(home: FilePath) {
    self.home = home
  }

  public func start(_ command: String) async throws(SyncError) -> any RemoteCommand {
    try run(shell + [command])
  }

  public func startFileServer() async throws(SyncError) -> any RemoteCommand {
    guard let fileServer else { throw SyncError(.unsupported, name, "has no SFTP server") }
    return try run(fileServer)
  }

  private func run(_ arguments: [String]) throws(SyncError) -> LocalCommand {
    let local = try LocalCommand(
      arguments,
      environment: ["HOME=\(home.string)", "PATH=\(path)", "LC_ALL=C"], in: home)
    started.add(local)
    return local
  }
}

public final class StartedCommands: Sendable {
  private let commands = Mutex<[LocalCommand]>([])

  public var all: [LocalCommand] { commands.withLock { $0 } }

  func add(_ command: LocalCommand) { commands.withLock { $0.append(command) } }
}

/// One running process with pipes, spoken to as if it were far away.
public final class LocalCommand: RemoteCommand {
  public let process: pid_t
  private let input: Pipe
  private let output: Pipe
  private let errors: Pipe
  private let ending: Ending

  init(_ arguments: [String], environment: [String], in folder: FilePath) throws(SyncError) {
    signal(SIGPIPE, SIG_IGN)
    let (theirInput, ourInput) = try LocalCommand.pipe()
    let (ourOutput, theirOutput) = try LocalCommand.pipe()
    let (ourErrors, theirErrors) = try LocalCommand.pipe()
    defer { for end in [theirInput, theirOutput, theirErrors] { close(end) } }
    do {
      process = try spawn(
        ["/usr/bin/env", "-C", folder.string] + arguments, environment: environment,
        streams: [theirInput, theirOutput, theirErrors].map(FileDescriptor.init))
    } catch {
      throw SyncError(.unreachable, "here", "cannot start: \(error)")
    }
    input = Pipe(ourInput)
    output = Pipe(ourOutput)
    errors = Pipe(ourErrors)
    ending = Ending(process)
  }

  public func write(_ bytes: [UInt8]) async throws(SyncError) {
    guard await input.write(bytes) else {
      throw SyncError(.connectionLost, "here", "the command reads no more")
    }
  }

  public func finishInput() async throws(SyncError) { await input.close() }
  public func read() async throws(SyncError) -> [UInt8]? { await output.read() }
  public func readError() async throws(SyncError) -> [UInt8]? { await errors.read() }

  public func outcome() async throws(SyncError) -> RemoteOutcome {
    let status = await ending.status()
    return status & 0x7f == 0
      ? .exited((status >> 8) & 0xff) : .signalled(String(cString: strsignal(status & 0x7f)))
  }

  /// As when a connection is cut: the pipes close, the process is not told.
  public func abandon() async {
    await input.close()
    await output.close()
    await errors.close()
  }

  /// As when the node's kernel ends it: the shell and its children, at once. One that has ended is left alone.
  public func kill() { ending.killGroup() }

  /// A socket pair: unlike pipe(2), it can be born close-on-exec, so that no other test's child holds it open.
  private static func pipe() throws(SyncError) -> (read: CInt, write: CInt) {
    var ends: [CInt] = [0, 0]
    let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
      throw SyncError(.unreachable, "here", "no pipe: \(String(cString: strerror(errno)))")
    }
    return (ends[0], ends[1])
  }
}

/// One end of a pipe; its blocking calls run one after the other, on threads of their own.
private final class Pipe: Sendable {
  private let descriptor: CInt
  private let turn = Mutex(())
  private let closed = Mutex(false)

  init(_ descriptor: CInt) { self.descriptor = descriptor }

  deinit {
    if !closed.withLock({ $0 }) { Glibc.close(descriptor) }
  }

  func read() async -> [UInt8]? {
    await inTurn { [self] in
      let bytes = [UInt8](unsafeUninitializedCapacity: 256 << 10) { buffer, count in
        count =
          wait(for: POLLIN) ? max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count)) : 0
      }
      return bytes.isEmpty ? nil : bytes
    }
  }

  func write(_ bytes: [UInt8]) async -> Bool {
    await inTurn { [self] in
      var rest = bytes[...]
      while !rest.isEmpty {
        guard wait(for: POLLOUT) else { return false }
        let count = rest.withUnsafeBytes {
          Glibc.write(descriptor, $0.baseAddress, min($0.count, 4096))
        }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
      }
      return true
    }
  }

  func close() async {
    let isFirst = closed.withLock { closed in
      defer { closed = true }
      return !closed
    }
    guard isFirst else { return }
    await inTurn { [descriptor] in _ = Glibc.close(descriptor) }
  }

  /// Waits until the descriptor is ready; false once it is closed.
  private func wait(for events: CInt) -> Bool {
    while !closed.withLock({ $0 }) {
      var poll = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      if Glibc.poll(&poll, 1, 50) > 0 { return true }
    }
    return false
  }

  private func inTurn<Result: Sendable>(
    _ body: @escaping @Sendable () -> Result
  ) async -> Result {
    await onThread { [self] in turn.withLock { _ in body() } }
  }
}

/// Reaps a process and tells its wait status to whoever asks.
private final class Ending: Sendable {
  private let task: Task<CInt, Never>
  private let living: Living

  init(_ process: pid_t) {
    let living = Living(process)
    self.living = living
    task = Task { await onThread { living.wait() } }
  }

  func killGroup() { living.killGroup() }

  func status() async -> CInt { await task.value }
}

/// Does what blocks on a thread of its own. Dispatch has no more than 255 for all its queues: many nodes at a time,
/// each with a process to wait for and pipes to read, would take them all and wait for each other.
public func onThread<Result: Sendable>(
  _ body: @escaping @Sendable () -> Result
) async -> Result {
  await withCheckedContinuation { continuation in
    let started = startThread { continuation.resume(returning: body()) }
    precondition(started, "the system has no thread to give")
  }
}
