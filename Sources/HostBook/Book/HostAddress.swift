/// Where a host is, as people write it: `[USER@]HOST[:PORT]`, an IPv6 address in brackets or alone.
public struct HostAddress: Equatable, Sendable {
  public var user: String?
  public var hostname: String
  public var port: UInt16?

  /// Throws `.invalid` for what is none.
  public init(_ text: String) throws(BookError) {
    var rest = Substring(text)
    if let at = rest.lastIndex(of: "@") {
      user = String(rest[..<at])
      rest = rest[rest.index(after: at)...]
    }
    var digits: Substring?
    if rest.first == "[", let end = rest.firstIndex(of: "]") {
      hostname = String(rest[rest.index(after: rest.startIndex)..<end])
      let tail = rest[rest.index(after: end)...]
      guard tail.isEmpty || tail.first == ":" else { throw Self.bad(text) }
      digits = tail.isEmpty ? nil : tail.dropFirst()
    } else if rest.count(where: { $0 == ":" }) == 1, let colon = rest.firstIndex(of: ":") {
      hostname = String(rest[..<colon])
      digits = rest[rest.index(after: colon)...]
    } else {
      hostname = String(rest)
    }
    if let digits {
      guard let number = UInt16(digits), number > 0 else { throw Self.bad(text) }
      port = number
    }
    try EntryCheck.hostname(hostname)
    if let user { try EntryCheck.user(user) }
  }

  private static func bad(_ text: String) -> BookError {
    EntryCheck.refuse(
      EntryCheck.quoted(text), "not an address: [USER@]HOST[:PORT]",
      advice: "write IPv6 addresses with a port as [::1]:22")
  }
}
