/// A command that runs on a connection. When the last reference goes, the command is ended.
final class SSHCommand: RemoteCommand {
  private let connection: SSHConnection
  private let channel: Int

  init(connection: SSHConnection, channel: Int) {
    self.connection = connection
    self.channel = channel
  }

  deinit {
    let (connection, channel) = (connection, channel)
    connection.loop.execute { connection.assumeIsolated { $0.drop(channel) } }
  }

  func write(_ bytes: [UInt8]) async throws(SyncError) {
    try await connection.write(channel, bytes)
  }

  func finishInput() async throws(SyncError) {
    try await connection.finishInput(channel)
  }

  func read() async throws(SyncError) -> [UInt8]? {
    try await connection.read(channel)
  }

  func readError() async throws(SyncError) -> [UInt8]? {
    try await connection.readError(channel)
  }

  func outcome() async throws(SyncError) -> RemoteOutcome {
    try await connection.outcome(channel)
  }

  func abandon() async {
    await connection.drop(channel)
  }
}
