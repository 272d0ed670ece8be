import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A command on a node, carried by a process of OpenSSH's ssh.
final class OpenSSHCommand: RemoteCommand {
  private let host: String
  private let child: ChildProcess
  /// Standard input and output, and standard error: our ends of socket pairs.
  private let streams: Int32
  private let errors: Int32
  private let state = Mutex(State())

  private struct State {
    var wasAbandoned = false
    /// The last of what it said on standard error.
    var complaint: [UInt8] = []
  }

  init(_ words: [String], host: String) throws(SyncError) {
    self.host = host
    let (streams, theirs) = try Self.pair(host)
    let (errors, theirErrors) = try Self.pair(host)
    self.streams = streams
    self.errors = errors
    defer {
      close(theirs)
      close(theirErrors)
    }
    child = try ChildProcess(words, streams: theirs, errors: theirErrors, what: words[0])
  }

  deinit {
    child.hangUp()
    for end in [streams, errors] {
      shutdown(end, Int32(SHUT_RDWR))
      close(end)
    }
  }

  func write(_ bytes: [UInt8]) async throws(SyncError) {
    guard !bytes.isEmpty else { return }
    let sent = await blocking { command in
      var start = 0
      while start < bytes.count {
        let count = bytes.withUnsafeBytes { buffer in
          send(
            command.streams, buffer.baseAddress.map { $0 + start }, bytes.count - start, noSignal)
        }
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { return false }
        start += count
      }
      return true
    }
    // A command that has ended takes no more, as on any other connection.
    guard sent else { throw lost("it takes no more input") }
  }

  func finishInput() async throws(SyncError) {
    shutdown(streams, Int32(SHUT_WR))
  }

  func read() async throws(SyncError) -> [UInt8]? {
    let piece = await blocking { Self.receive($0.streams) }
    try checkAbandoned()
    return piece
  }

  func readError() async throws(SyncError) -> [UInt8]? {
    let piece = await blocking { Self.receive($0.errors) }
    try checkAbandoned()
    if let piece {
      state.withLock { $0.complaint = Array(($0.complaint + piece).suffix(1000)) }
    }
    return piece
  }

  /// ssh ends with 255 when it is its connection that broke.
  func outcome() async throws(SyncError) -> RemoteOutcome {
    let status = await withTaskCancellationHandler {
      await blocking { $0.child.wait() }
    } onCancel: {
      stop()
    }
    try checkAbandoned()
    switch status {
    case .exited(255):
      let words = state.withLock { String(decoding: $0.complaint, as: UTF8.self) }
        .split(whereSeparator: \.isNewline).suffix(2).joined(separator: "; ")
      throw lost(words.isEmpty ? "ssh ended with 255" : words)
    case .exited(let code): return .exited(code)
    case .killed(let signal): throw lost("ssh was ended by signal \(signal)")
    }
  }

  func abandon() async { stop() }

  private func stop() {
    state.withLock { $0.wasAbandoned = true }
    for end in [streams, errors] { shutdown(end, Int32(SHUT_RDWR)) }
    child.hangUp()
  }

  private func checkAbandoned() throws(SyncError) {
    if state.withLock({ $0.wasAbandoned }) {
      throw SyncError(.cancelled, host, "the command was abandoned")
    }
  }

  private func lost(_ reason: String) -> SyncError {
    SyncError(.connectionLost, host, "the connection broke: \(reason)")
  }

  /// Reading and waiting block: each on a thread of its own, as a command may last for days.
  private func blocking<Value: Sendable>(
    _ work: @escaping @Sendable (OpenSSHCommand) -> Value
  ) async -> Value {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if !startThread({ continuation.resume(returning: work(self)) }) {
          continuation.resume(returning: work(self))
        }
      }
    } onCancel: {
      stop()
    }
  }

  private static func receive(_ descriptor: Int32) -> [UInt8]? {
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = recv(descriptor, &piece, piece.count, 0)
      if count > 0 { return Array(piece[..<count]) }
      if count == 0 || errno != EINTR { return nil }
    }
  }

  private static func pair(_ host: String) throws(SyncError) -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, closedOnExec, 0, &ends) == 0 else {
      throw SyncError(.unreachable, host, "cannot start ssh: \(systemMessage(errno))")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}
