/// Where a repository is, taken apart: what a node may keep of it, and what it may not.
struct RepositoryAddress: Equatable, Sendable {
  enum Transport: Equatable, Sendable { case ssh, web, other }

  /// As the user may see it: a secret in it stands as it was written.
  var shown: String
  /// The address that nodes keep in `.git/config`: without a password or token.
  var plain: MaskedText
  var transport: Transport
  /// The server's name as git would ask for it; empty for `file://`.
  var host: String
  /// Of an ssh address.
  var user: String?
  var port: Int?
  /// A user name and password that stood in a web address.
  var login: RepositoryLogin?

  init(_ url: MaskedText) {
    let value = url.value
    guard let scheme = value.firstRange(of: "://") else {
      // USER@HOST:PATH; the host may stand in brackets.
      let parts = value.split(separator: ":", maxSplits: 1).map(String.init)
      let place = parts[0].split(separator: "@", maxSplits: 1).map(String.init)
      self.init(shown: url.shown, plain: url, .ssh, host: place.last ?? "")
      user = place.count > 1 ? place[0] : nil
      return
    }
    let name = value[..<scheme.lowerBound].lowercased()
    let rest = value[scheme.upperBound...]
    let place = rest.prefix { $0 != "/" }
    let (login, server) = Self.split(place)
    let transport: Transport =
      name == "ssh" ? .ssh : name.hasPrefix("http") ? .web : .other
    var plain = url
    if transport == .web, login != nil {
      // The path may be private too: it stays masked as it was.
      plain = url.map { Self.withoutLogin($0) }
    }
    let shown = transport == .web ? Self.withoutLogin(url.shown) : url.shown
    self.init(shown: shown, plain: plain, transport, host: server.host)
    port = server.port
    switch transport {
    case .ssh: user = login.map { String($0.prefix { $0 != ":" }) }
    case .web: self.login = login.map { RepositoryLogin($0) }
    case .other: break
    }
  }

  private init(shown: String, plain: MaskedText, _ transport: Transport, host: String) {
    self.shown = shown
    self.plain = plain
    self.transport = transport
    self.host = host
  }

  /// `https://HOST[:PORT]`, what git's credential settings are named by.
  var origin: String {
    let scheme = plain.value.prefix { $0 != ":" }.lowercased()
    return "\(scheme)://\(host)\(port.map { ":\($0)" } ?? "")"
  }

  private static func split(
    _ place: Substring
  ) -> (login: Substring?, server: (host: String, port: Int?)) {
    let at = place.lastIndex(of: "@")
    let server = at.map { place[place.index(after: $0)...] } ?? place
    let login = at.map { place[..<$0] }
    // An IPv6 address stands in brackets.
    let end = server.lastIndex(of: "]") ?? server.startIndex
    guard let colon = server[end...].lastIndex(of: ":") else {
      return (login, (String(server), nil))
    }
    return (
      login, (String(server[..<colon]), Int(server[server.index(after: colon)...]))
    )
  }

  private static func withoutLogin(_ url: String) -> String {
    guard let scheme = url.firstRange(of: "://") else { return url }
    let place = url[scheme.upperBound...].prefix { $0 != "/" }
    guard let at = place.lastIndex(of: "@") else { return url }
    return String(url[..<scheme.upperBound] + url[url.index(after: at)...])
  }
}

/// A user name and a password or token for a web address.
struct RepositoryLogin: Equatable, Sendable {
  var user: String
  var token: MaskedText

  init(user: String, token: String) {
    self.user = user
    self.token = MaskedText(secret: token)
  }

  /// `USER:PASSWORD`, or a token alone; percent-escapes are undone (RFC 3986, 2.1).
  init(_ text: Substring) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      .map { Self.decoded($0) }
    let hasBoth = parts.count > 1 && !parts[1].isEmpty
    self.init(user: hasBoth ? parts[0] : Self.tokenUser, token: hasBoth ? parts[1] : parts[0])
  }

  /// GitHub takes any name beside a token, GitLab and Bitbucket do too.
  static let tokenUser = "x-access-token"

  private static func decoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
