import HostBook

/// How bytes get to a host: directly, through a command or through other hosts.
enum Route: Equatable, Sendable {
  case direct
  case command(String)
  /// The last jump host is the one that connects to the target; those before it lead there.
  case jump(last: Hop, before: String?)

  /// One host of ProxyJump: `[user@]host[:port]` or `ssh://[user@]host[:port]`.
  struct Hop: Equatable, Sendable {
    var host: String
    var user: String?
    var port: String?
  }

  static func of(_ host: ResolvedHost, _ user: LocalUser) throws(SyncError) -> Route {
    if let jump = host.proxyJump, jump != "none", !jump.isEmpty {
      let hops = jump.split(separator: ",").map(String.init)
      guard let last = hops.last, let hop = Hop(last) else {
        throw SyncError(.unsupported, host.name, "ProxyJump “\(jump)” cannot be read")
      }
      let before = hops.dropLast().joined(separator: ",")
      return .jump(last: hop, before: before.isEmpty ? nil : before)
    }
    guard let command = host.proxyCommand, command != "none", !command.isEmpty else {
      return .direct
    }
    if host.first("proxyusefdpass") == "yes" {
      throw SyncError(.unsupported, host.name, "ProxyUseFdpass is not supported")
    }
    return .command(try PathExpansion(host: host, user: user).tokens(command))
  }
}

extension Route.Hop {
  init?(_ text: String) {
    var rest = text.hasPrefix("ssh://") ? text.dropFirst(6) : text[...]
    if rest.hasSuffix("/") { rest.removeLast() }
    if let at = rest.lastIndex(of: "@") {
      user = String(rest[..<at])
      rest = rest[rest.index(after: at)...]
    }
    if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
      host = String(rest[rest.index(after: rest.startIndex)..<end])
      rest = rest[rest.index(after: end)...]
      if rest.hasPrefix(":") { port = String(rest.dropFirst()) }
    } else if let colon = rest.firstIndex(of: ":") {
      host = String(rest[..<colon])
      port = String(rest[rest.index(after: colon)...])
    } else {
      host = String(rest)
    }
    if host.isEmpty { return nil }
    if let port, UInt16(port) == nil { return nil }
  }

  /// The jump host as ssh resolves it: what stands in ProxyJump wins over its own settings.
  func applied(to resolved: ResolvedHost, before: String?) -> ResolvedHost {
    var host = resolved
    let changes = [("user", user), ("port", port), ("proxyjump", before)]
    for case (let key, let value?) in changes {
      host.settings.removeAll { $0.key == key }
      host.settings.append(ResolvedHost.Setting(key: key, value: value))
    }
    return host
  }
}
