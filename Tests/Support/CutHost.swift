import SkySync
import Synchronization

/// A node whose connection breaks, or whose processes are killed, once that many bytes were sent to it, or came
/// from it.
public struct CutHost: CommandHost {
  public enum Way: Sendable { case connection, kill, connectionOfReader }

  private let host: LocalShell
  private let limit: Int
  private let way: Way
  public var name: String { host.name }

  public init(_ host: LocalShell, after limit: Int, _ way: Way) {
    self.host = host
    self.limit = limit
    self.way = way
  }

  public func start(_ command: String) async throws(SyncError) -> any RemoteCommand {
    let local = try await host.start(command)
    return CutCommand(local, limit, way)
  }

  public func startFileServer() async throws(SyncError) -> any RemoteCommand {
    CutCommand(try await host.startFileServer(), limit, way)
  }
}

private final class CutCommand: RemoteCommand {
  private let command: any RemoteCommand
  private let left: Mutex<Int>
  private let way: CutHost.Way

  init(_ command: any RemoteCommand, _ limit: Int, _ way: CutHost.Way) {
    self.command = command
    left = Mutex(limit)
    self.way = way
  }

  func write(_ bytes: [UInt8]) async throws(SyncError) {
    guard way != .connectionOfReader else { return try await command.write(bytes) }
    let room = left.withLock { left in
      defer { left -= min(left, bytes.count) }
      return left
    }
    try await command.write(Array(bytes.prefix(room)))
    guard room <= bytes.count else { return }
    if way == .kill { (command as? LocalCommand)?.kill() }
    await command.abandon()
    throw SyncError(.connectionLost, "here", "was cut")
  }

  func finishInput() async throws(SyncError) { try await command.finishInput() }

  func read() async throws(SyncError) -> [UInt8]? {
    let bytes = try await command.read()
    guard way == .connectionOfReader, let bytes else { return bytes }
    let isOver = left.withLock { left in
      left -= min(left, bytes.count)
      return left == 0
    }
    guard isOver else { return bytes }
    await command.abandon()
    throw SyncError(.connectionLost, "here", "was cut")
  }

  func readError() async throws(SyncError) -> [UInt8]? { try await command.readError() }
  func outcome() async throws(SyncError) -> RemoteOutcome { try await command.outcome() }
  func abandon() async { await command.abandon() }
}
