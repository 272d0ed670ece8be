import HostBook

/// A connection to one node, whatever carries it.
public protocol NodeConnection: CommandHost {
  /// The host keys by which the node was recognized, as `.pub` files have them: `TYPE BASE64`; one at least.
  func hostKeys() async throws(SyncError) -> [String]

  /// Ends it; commands that are still running end with `connectionLost`.
  func close() async
}

extension SSHConnection: NodeConnection {}

/// Opens connections by whatever can: libssh2 first, OpenSSH's own client for what that has not.
public enum NodeOpening {
  /// As `SSHConnection.open`; where that fails for a reason of libssh2's (certificates, security keys,
  /// second factors, RSA-only or ETM-only servers) the user's ssh is asked, and `options.notice` told so.
  public static func open(
    _ host: ResolvedHost, options: ConnectionOptions
  ) async throws(SyncError) -> any NodeConnection {
    if let use = options.openSSH, let open = OpenSSHConnection.kept(host, use, options) {
      return open
    }
    do throws(SyncError) {
      return try await SSHConnection.open(host, options: options)
    } catch {
      guard error.isForOpenSSH, let use = options.openSSH else { throw error }
      let connection = try await OpenSSHConnection.open(host, use, options, because: error)
      if use.told.isNew("\(host.hostname):\(host.port)") {
        options.notice?("\(host.name) is reached by OpenSSH's ssh, as \(error.reason)")
      }
      return connection
    }
  }
}
