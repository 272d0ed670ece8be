import HostBook

extension SSHConnection {
  /// Connects and logs in, as `ssh` would with these settings, without ever asking a terminal.
  ///
  /// Any number may be called at once: at most 8 logins to one host and 32 in all are under way, the
  /// others queue. A server that is too busy to greet is asked again, a little later.
  /// - Throws: `unreachable`, `timeout`, `hostKey` (nothing was sent), `authentication` (names the keys
  ///   that were tried), `unsupported`, `cancelled` when the task is cancelled.
  public static func open(
    _ host: ResolvedHost, options: ConnectionOptions = ConnectionOptions()
  ) async throws(SyncError) -> SSHConnection {
    try await opening(host, options, depth: 0).get()
  }

  static func opening(
    _ host: ResolvedHost, _ options: ConnectionOptions, depth: Int
  ) async -> Result<SSHConnection, SyncError> {
    // Keys and known hosts are read with libcrypto, before there is a session.
    _ = libraryIsReady
    let limit = host.connectTimeout ?? options.connect
    let interrupt = Interrupt(
      after: limit,
      timeout: SyncError(
        .timeout, host.name, "\(host.hostname) port \(host.port) did not let us in within \(limit)",
        advice: "check the address and the network; ConnectTimeout sets how long to wait"))
    let opening = Opening(host: host, options: options, interrupt: interrupt, depth: depth)
    return await withTaskCancellationHandler {
      await opening.run()
    } onCancel: {
      interrupt.trip(SyncError(.cancelled, host.name, "interrupted"))
    }
  }
}
