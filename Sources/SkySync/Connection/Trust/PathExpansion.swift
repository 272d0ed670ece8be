import HostBook
import SystemPackage

/// Expands file names of the ssh configuration as ssh does: `${VAR}`, `%` tokens, then `~`
/// (ssh_config(5), section TOKENS and ENVIRONMENT VARIABLES).
package struct PathExpansion: Sendable {
  let host: ResolvedHost
  let user: LocalUser

  package init(host: ResolvedHost, user: LocalUser) {
    self.host = host
    self.user = user
  }

  /// The file that `value` names.
  /// - Throws: The reason, when it has an unknown token or names a variable or user that does not exist.
  package func path(_ value: String) throws(SyncError) -> FilePath {
    FilePath(try tilde(try tokens(try variables(value))))
  }

  private func failure(_ value: String, _ reason: String) -> SyncError {
    SyncError(
      .unsupported, host.name, "cannot expand “\(value)” in the ssh configuration: \(reason)")
  }

  private func variables(_ value: String) throws(SyncError) -> String {
    var result = ""
    var rest = value[...]
    while let start = rest.firstRange(of: "${") {
      guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
        throw failure(value, "“${” is not closed")
      }
      let name = String(rest[start.upperBound..<end])
      guard let found = user.environment[name] else { throw failure(value, "\(name) is not set") }
      result += rest[..<start.lowerBound] + found
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  /// Replaces `%` tokens only.
  func tokens(_ value: String) throws(SyncError) -> String {
    var result = ""
    var rest = value[...]
    while let place = rest.firstIndex(of: "%") {
      result += rest[..<place]
      let next = rest.index(after: place)
      guard next < rest.endIndex else { throw failure(value, "“%” stands alone at the end") }
      guard let meaning = meaning(of: rest[next]) else {
        throw failure(value, "unknown token “%\(rest[next])”")
      }
      result += meaning
      rest = rest[rest.index(after: next)...]
    }
    return result + rest
  }

  private func meaning(of token: Character) -> String? {
    switch token {
    case "%": "%"
    case "C": connectionHash
    case "d": user.home
    case "h": host.hostname
    case "i": "\(user.id)"
    case "j": host.proxyJump ?? ""
    case "k": host.hostKeyAlias ?? host.name
    case "L": String(user.machine.prefix { $0 != "." })
    case "l": user.machine
    case "n": host.name
    case "p": "\(host.port)"
    case "r": host.user
    case "u": user.name
    default: nil
    }
  }

  /// `%C`: SHA-1 of %l%h%p%r%j in hexadecimal digits.
  private var connectionHash: String {
    let text = "\(user.machine)\(host.hostname)\(host.port)\(host.user)\(host.proxyJump ?? "")"
    return String(decoding: SHA1.hexDigest(Array(text.utf8)), as: UTF8.self)
  }

  private func tilde(_ value: String) throws(SyncError) -> String {
    guard value.hasPrefix("~") else { return value }
    let name = value.dropFirst().prefix { $0 != "/" }
    let rest = value.dropFirst(1 + name.count)
    if name.isEmpty { return user.home + rest }
    guard let home = LocalUser.home(of: String(name)) else {
      throw failure(value, "there is no user “\(name)” here")
    }
    return home + rest
  }
}
