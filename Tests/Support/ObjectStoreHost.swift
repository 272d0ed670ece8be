import Dispatch
import SkySync
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// This machine as a node: `/bin/sh` in a home of its own, as sshd would start it.
public struct ShellHost: CommandHost {
  public let name: String
  let environment: [String]

  /// - Parameter path: the node's PATH.
  public init(
    _ name: String = "node", home: FilePath, path: String = "/usr/local/bin:/usr/bin:/bin",
    variables: [String: String] = [:]
  ) {
    self.name = name
    environment =
      ["HOME=\(home)", "PATH=\(path)"] + variables.map { "\($0.key)=\($0.value)" }
  }

  public func start(_ command: String) async throws(SyncError) -> any RemoteCommand {
    do {
      return try ShellCommand(command, environment)
    } catch {
      throw SyncError(.unreachable, name, "cannot start /bin/sh: \(error)")
    }
  }
}

/// One `/bin/sh -c`, in a process group of its own.
final class ShellCommand: RemoteCommand {
  private let process: pid_t
  private let input: FileDescriptor
  private let output: FileDescriptor
  private let errors: FileDescriptor
  private let queues = (0..<4).map { DispatchQueue(label: "shell \($0)") }

  init(_ command: String, _ environment: [String]) throws {
    // No other program started meanwhile may inherit an end: its reader would wait for ever.
    let pipes = try (0..<3).map { _ in try Self.pipe() }
    process = try Self.spawn(
      ["/bin/sh", "-c", command], environment,
      [pipes[0].readEnd, pipes[1].writeEnd, pipes[2].writeEnd])
    (input, output, errors) = (pipes[0].writeEnd, pipes[1].readEnd, pipes[2].readEnd)
    for end in [pipes[0].readEnd, pipes[1].writeEnd, pipes[2].writeEnd] { try? end.close() }
  }

  func write(_ bytes: [UInt8]) async throws(SyncError) {
    let result = await blocking(0) { [input] in
      Result { _ = try input.writeAll(bytes) }.mapError { _ in
        SyncError(.connectionLost, "/bin/sh", "it does not read any more")
      }
    }
    try result.get()
  }

  func finishInput() async throws(SyncError) {
    await blocking(0) { [input] in try? input.close() }
  }

  func read() async throws(SyncError) -> [UInt8]? { await piece(1, of: output) }

  func readError() async throws(SyncError) -> [UInt8]? { await piece(2, of: errors) }

  func outcome() async throws(SyncError) -> RemoteOutcome {
    let status = await blocking(3) { [process] in
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0, errno == EINTR {}
      return status
    }
    let signal = status & 0x7f
    return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled("\(signal)")
  }

  func abandon() async { kill(-process, SIGHUP) }

  private func piece(_ queue: Int, of file: FileDescriptor) async -> [UInt8]? {
    await blocking(queue) {
      var bytes = [UInt8](repeating: 0, count: 64 << 10)
      let count = (try? bytes.withUnsafeMutableBytes { try file.read(into: $0) }) ?? 0
      if count == 0 { try? file.close() }
      return count == 0 ? nil : Array(bytes[..<count])
    }
  }

  private func blocking<Value: Sendable>(
    _ queue: Int, _ body: @escaping @Sendable () -> Value
  ) async -> Value {
    await withCheckedContinuation { continuation in
      queues[queue].async { continuation.resume(returning: body()) }
    }
  }

  private static func pipe() throws -> (readEnd: FileDescriptor, writeEnd: FileDescriptor) {
    #if os(Linux)
      return try FileDescriptor.pipe(options: .closeOnExec)
    #else
      let ends = try FileDescriptor.pipe()
      for end in [ends.readEnd, ends.writeEnd] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
      return ends
    #endif
  }

  private static func spawn(
    _ words: [String], _ environment: [String], _ files: [FileDescriptor]
  ) throws(Errno) -> pid_t {
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
    for (number, file) in files.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, file.rawValue, Int32(number))
    }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var process: pid_t = 0
    let status = posix_spawn(&process, words[0], &actions, &attributes, &arguments, &variables)
    guard status == 0 else { throw Errno(rawValue: status) }
    return process
  }
}
