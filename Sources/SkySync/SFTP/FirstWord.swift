import Synchronization

/// The command that carries our script, until its first byte has come: tells a node that has no shell but an
/// SFTP server in its place (`ForceCommand internal-sftp`), which waits in silence for whoever speaks SFTP.
final class FirstWord: RemoteCommand {
  private let command: any RemoteCommand
  private let host: any CommandHost
  private let heard = Mutex(false)
  private let isFileServer = Mutex(false)
  /// A shell that is slower only costs us one more question.
  private static let silence = Duration.seconds(2)

  init(_ command: any RemoteCommand, on host: any CommandHost) {
    self.command = command
    self.host = host
  }

  func read() async throws(SyncError) -> [UInt8]? {
    if heard.withLock({ $0 }) { return try await command.read() }
    let doubt = Task { await self.doubt() }
    defer { doubt.cancel() }
    let first: Result<[UInt8]?, SyncError>
    do throws(SyncError) { first = .success(try await command.read()) } catch {
      first = .failure(error)
    }
    if isFileServer.withLock({ $0 }) { throw .noShell(host.name) }
    heard.withLock { $0 = true }
    return try first.get()
  }

  private func doubt() async {
    do { try await Task.sleep(for: Self.silence) } catch { return }
    guard await FileServer.isInPlaceOfShell(host), !heard.withLock({ $0 }) else { return }
    isFileServer.withLock { $0 = true }
    await command.abandon()
  }

  func write(_ bytes: [UInt8]) async throws(SyncError) { try await command.write(bytes) }
  func finishInput() async throws(SyncError) { try await command.finishInput() }
  func readError() async throws(SyncError) -> [UInt8]? { try await command.readError() }
  func outcome() async throws(SyncError) -> RemoteOutcome { try await command.outcome() }
  func abandon() async { await command.abandon() }
}

extension SyncError {
  /// The node does not run our script: perhaps it has SFTP.
  static func noShell(_ host: String) -> SyncError {
    SyncError(
      .noShell, host, "the node's shell does not run our script",
      advice: "check that `ssh \(host) /bin/sh -c true` works there")
  }
}

extension CommandHost {
  /// Starts one of our scripts; throws `noShell`, now or at the first word, where there is no shell for it.
  func startScript(_ line: String) async throws(SyncError) -> any RemoteCommand {
    let command: any RemoteCommand
    do throws(SyncError) { command = try await start(line) } catch {
      // The server runs no command at all.
      throw error.code == .badAnswer ? .noShell(name) : error
    }
    return FirstWord(command, on: self)
  }
}

/// A node's SFTP server, for nodes without a shell.
enum FileServer {
  /// Does `files` where `error` means that the node has no shell and it has SFTP, else throws the error.
  static func instead<Value: Sendable>(
    of error: SyncError, on host: any CommandHost, patience: Duration,
    _ files: @escaping @Sendable (SFTPSession) async throws(SyncError) -> Value
  ) async throws(SyncError) -> Value {
    guard error.code == .noShell else { throw error }
    var plain = error
    plain.code = .badAnswer
    let started: any RemoteCommand
    do throws(SyncError) { started = try await host.startFileServer() } catch { throw plain }
    let command = WatchedCommand(started, host: host.name, patience: patience)
    let refusal = plain
    return try await command.watching { () async -> Result<Value, SyncError> in
      do throws(SyncError) {
        let session: SFTPSession
        do throws(SyncError) { session = try await .start(command, host: host.name) } catch {
          // A server that is none goes away.
          throw [.badAnswer, .connectionLost].contains(error.code) ? refusal : error
        }
        let value = try await files(session)
        await command.abandon()
        return .success(value)
      } catch {
        return .failure(error)
      }
    }
  }

  /// Whether a command on `host` is answered by an SFTP server, whatever the command is.
  static func isInPlaceOfShell(_ host: any CommandHost) async -> Bool {
    guard let command = try? await host.start(":") else { return false }
    let deadline = Task {
      try? await Task.sleep(for: .seconds(10))
      await command.abandon()
    }
    defer { deadline.cancel() }
    var buffer = SFTPBuffer()
    var isServer = false
    if (try? await command.write([0, 0, 0, 5, 1, 0, 0, 0, 3])) != nil {
      while let bytes = try? await command.read() {
        buffer.add(bytes)
        guard let packet = try? buffer.next(host.name) else { continue }
        isServer = SFTPGreeting.extensions(in: packet) != nil
        break
      }
    }
    await command.abandon()
    return isServer
  }
}
