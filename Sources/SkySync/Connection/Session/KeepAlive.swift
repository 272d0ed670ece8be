import HostBook

/// When a server that says nothing is asked whether it is there, and when it is given up.
struct KeepAlive: Equatable, Sendable {
  /// Two seconds at least: libssh2 asks no more often.
  var interval: Duration
  /// After so many intervals without a byte the connection is lost. Two at least: a question needs time.
  var patience: Int

  /// As ssh_config(5) has ServerAliveInterval and ServerAliveCountMax; where they are not used, patiently.
  init(_ host: ResolvedHost, _ options: ConnectionOptions) {
    interval = max(.seconds(2), host.serverAliveInterval ?? options.keepAlive)
    patience = max(2, host.serverAliveInterval == nil ? 8 : Self.count(host))
  }

  /// ServerAliveCountMax.
  static func count(_ host: ResolvedHost) -> Int {
    max(1, host.first("serveralivecountmax").flatMap(Int.init) ?? 3)
  }
}
