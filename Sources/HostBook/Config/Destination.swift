/// `[user@]host[:port]` and `ssh://` addresses, as ProxyJump and the command line take them.
struct Destination: Equatable, Sendable {
  var user: [UInt8]?
  var host: [UInt8]
  var port: Int?

  enum Scheme: Equatable { case parsed(Destination), invalid, notURI }

  /// One hop of a ProxyJump: an `ssh://` address or `[user@]host[:port]`.
  static func hop(_ text: Bytes, port: (Bytes) -> Int?) -> Destination? {
    switch uri(text, port: port) {
    case .parsed(let destination): destination
    case .invalid: nil
    case .notURI: plain(text, port: port)
    }
  }

  private static func plain(_ text: Bytes, port: (Bytes) -> Int?) -> Destination? {
    var user: [UInt8]?
    var rest = text
    if let (head, tail) = text.split(atLast: .at) {
      guard !head.isEmpty else { return nil }
      user = Array(head)
      rest = tail
    }
    guard let (host, delimiter, tail) = hostField(rest), delimiter != .slash, !host.isEmpty
    else { return nil }
    var number: Int?
    if !tail.isEmpty {
      guard let value = port(tail), value > 0 else { return nil }
      number = value
    }
    return Destination(user: user, host: Array(unbracketed(host)), port: number)
  }

  /// `ssh://[user@]host[:port]`; a path is not allowed.
  static func uri(_ text: Bytes, port: (Bytes) -> Int?) -> Scheme {
    let scheme = "ssh://"
    guard text.starts(with: scheme.utf8) else { return .notURI }
    var rest = text.dropFirst(scheme.utf8.count)
    var user: [UInt8]?
    if let (head, tail) = rest.split(atFirst: .at) {
      let name = head.split(atFirst: UInt8(ascii: ";"))?.head ?? head
      guard !name.isEmpty, let decoded = percentDecoded(name) else { return .invalid }
      user = decoded
      rest = tail
    }
    guard let (field, delimiter, tail) = hostField(rest), !field.isEmpty else { return .invalid }
    guard let host = DomainName.checked(unbracketed(field), lowercased: false) else {
      return .invalid
    }
    var number: Int?
    var path = tail
    if delimiter == .colon, !tail.isEmpty {
      let parts = tail.split(atFirst: .slash)
      guard let value = port(parts?.head ?? tail), value > 0 else { return .invalid }
      number = value
      path = parts?.tail ?? []
    }
    guard path.isEmpty else { return .invalid }
    return .parsed(Destination(user: user, host: host, port: number))
  }

  /// The text up to `:` or `/`, brackets kept together; nil when something else follows a bracket.
  static func hostField(_ text: Bytes) -> (host: Bytes, delimiter: UInt8?, tail: Bytes)? {
    var stop: Int?
    if text.first == .openBracket {
      guard let close = text.firstIndex(of: .closeBracket) else { return nil }
      if close + 1 < text.endIndex { stop = close + 1 }
    } else {
      stop = text.firstIndex { $0 == .colon || $0 == .slash }
    }
    guard let stop else { return (text, nil, []) }
    guard text[stop] == .colon || text[stop] == .slash else { return nil }
    return (text[..<stop], text[stop], text[(stop + 1)...])
  }

  static func unbracketed(_ host: Bytes) -> Bytes {
    host.first == .openBracket && host.last == .closeBracket && host.count > 1
      ? host.dropFirst().dropLast() : host
  }

  private static func percentDecoded(_ text: Bytes) -> [UInt8]? {
    var result: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "+") {
        result.append(.space)
      } else if byte == .percent {
        guard let high = rest.popFirst()?.hexValue, let low = rest.popFirst()?.hexValue,
          high + low > 0
        else { return nil }
        result.append(UInt8(high << 4 | low))
      } else {
        result.append(byte)
      }
    }
    return result
  }
}

/// Names of domains as CanonicalDomains and `ssh://` addresses accept them.
enum DomainName {
  /// The name without a final dot, in lower case when asked for; nil for one that ssh refuses.
  static func checked(_ name: Bytes, lowercased: Bool) -> [UInt8]? {
    guard let first = name.first, first.isAlphanumeric else { return nil }
    var last: UInt8 = 0
    for byte in name {
      if last == .dot, byte == .dot { return nil }
      guard
        byte.isAlphanumeric || byte == .dot || byte == UInt8(ascii: "-")
          || byte == UInt8(ascii: "_")
      else { return nil }
      last = byte
    }
    let result = lowercased ? name.lowercasedASCII() : Array(name)
    return result.last == .dot ? result.dropLast() : result
  }
}
