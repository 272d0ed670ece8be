/// A machine that runs commands: a node behind ssh, or `/bin/sh` here (tests).
///
/// The seam between the engine and the connection: the engine never knows what carries its bytes.
public protocol CommandHost: Sendable {
  /// The alias, for messages.
  var name: String { get }

  /// Starts `command` in the node's login shell (as `ssh host command` does).
  func start(_ command: String) async throws(SyncError) -> any RemoteCommand

  /// Starts the node's SFTP server: the `sftp` subsystem (RFC 4254 section 6.5).
  func startFileServer() async throws(SyncError) -> any RemoteCommand
}

extension CommandHost {
  public func startFileServer() async throws(SyncError) -> any RemoteCommand {
    throw SyncError(.unsupported, name, "there is no SFTP server")
  }
}

/// One running command. Reads and writes may run at once; each of the four is called by one task at a time.
public protocol RemoteCommand: Sendable {
  /// Sends all of `bytes` to its standard input; returns when they are accepted for sending
  /// (back-pressure: waits while the far window is shut).
  func write(_ bytes: [UInt8]) async throws(SyncError)

  /// Ends its standard input.
  func finishInput() async throws(SyncError)

  /// The next piece of standard output, never empty; nil at its end.
  func read() async throws(SyncError) -> [UInt8]?

  /// The next piece of standard error, never empty; nil at its end.
  /// Standard error must be drained: it shares a window with standard output.
  func readError() async throws(SyncError) -> [UInt8]?

  /// Waits for the end. Throws `connectionLost` when the connection broke before an outcome came.
  func outcome() async throws(SyncError) -> RemoteOutcome

  /// Ends the command without waiting for it (its connection or channel is torn down).
  func abandon() async
}

/// How a remote command ended.
public enum RemoteOutcome: Equatable, Sendable {
  case exited(Int32)
  /// The signal's name without "SIG", as RFC 4254 section 6.10 sends it.
  case signalled(String)
}
