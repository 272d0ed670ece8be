/// Lists of algorithms: which names a version knows, and what `+`, `-` and `^` make of its defaults.
struct Algorithms: Sendable {
  enum Kind: Sendable { case ciphers, macs, kex, keys, signatures, gssKex }

  struct Names: Sendable {
    /// In the order in which the program lists them.
    var all: [[UInt8]]
    /// What is offered when nothing is configured.
    var defaults: [UInt8]
  }

  var ciphers: Names
  var macs: Names
  var kex: Names
  var keys: Names
  /// `keys` without certificates, the default for CASignatureAlgorithms.
  var signatures: Names

  func names(_ kind: Kind) -> Names {
    switch kind {
    case .ciphers: ciphers
    case .macs: macs
    case .kex, .gssKex: kex
    case .keys: keys
    case .signatures: signatures
    }
  }

  /// Whether a line may carry `list`; without `-`, which takes anything, every name must be known.
  func accepts(_ list: Bytes, _ kind: Kind) -> Bool {
    if kind == .gssKex { return acceptsEach(list) { $0.starts(with: "gss-".utf8) && isKex($0) } }
    var names = list
    switch list.first {
    case UInt8(ascii: "-"): return true
    case UInt8(ascii: "+"), UInt8(ascii: "^"): names = list.dropFirst()
    default: break
    }
    return acceptsEach(names) { name in
      switch kind {
      case .kex: isKex(name)
      case .keys, .signatures: isKey(name)
      default: self.names(kind).all.contains { $0[...] == name }
      }
    }
  }

  /// As ssh's loops do: the check stops, satisfied, at the first empty name.
  private func acceptsEach(_ list: Bytes, _ isKnown: (Bytes) -> Bool) -> Bool {
    guard !list.isEmpty else { return false }
    for name in list.split(separator: .comma, omittingEmptySubsequences: false) {
      if name.isEmpty { break }
      if !isKnown(name) { return false }
    }
    return true
  }

  private func isKex(_ name: Bytes) -> Bool {
    kex.all.contains { $0[...] == name }
      || Self.gssKexPrefixes.contains { name.starts(with: $0.utf8) }
  }

  private func isKey(_ name: Bytes) -> Bool {
    if Self.shortKeyNames.contains(where: { name.equalsIgnoringCase($0) }) { return true }
    return keys.all.contains {
      $0[...] == name || Pattern.matchesList($0[...], name) != .unmatched
    } || Pattern.matchesList(Bytes("null"), name) != .unmatched
  }

  /// The list that is used; nil when ssh refuses it (a negated name, or nothing left).
  func assemble(_ list: Bytes?, _ kind: Kind) -> [UInt8]? {
    let known = names(kind)
    guard let list, let first = list.first else { return known.defaults }
    var patterns = Array(list)
    switch first {
    case UInt8(ascii: "-"):
      return Self.filter(known.defaults[...], excluding: list.dropFirst())
    case UInt8(ascii: "+"): patterns = Self.joined(known.defaults, Array(list.dropFirst()))
    case UInt8(ascii: "^"): patterns = Self.joined(Array(list.dropFirst()), known.defaults)
    default: break
    }
    var result: [UInt8] = []
    for pattern in patterns.split(separator: .comma, omittingEmptySubsequences: false) {
      if pattern.first == .bang { return nil }
      let matching = known.all.filter { Pattern.matchesList($0[...], pattern) == .matched }
      result = Self.joined(result, Array(matching.joined(separator: [.comma])))
    }
    return result.isEmpty ? nil : result
  }

  private static func filter(_ list: Bytes, excluding patterns: Bytes) -> [UInt8] {
    let kept = list.split(separator: .comma, omittingEmptySubsequences: false).filter {
      Pattern.matchesList($0, patterns) != .matched
    }
    return Array(kept.joined(separator: [.comma]))
  }

  /// `second` appended to `first` without names that are there already; stops at an empty name.
  private static func joined(_ first: [UInt8], _ second: [UInt8]) -> [UInt8] {
    if first.isEmpty { return second }
    if second.isEmpty { return first }
    var result = first
    var seen = Set(first.split(separator: .comma, omittingEmptySubsequences: false))
    for name in second.split(separator: .comma, omittingEmptySubsequences: false) {
      if name.isEmpty { break }
      guard seen.insert(name).inserted else { continue }
      result.append(.comma)
      result += name
    }
    return result
  }

  private static let shortKeyNames = [
    "ED25519", "ED25519-SK", "ECDSA", "ECDSA-SK", "DSA", "RSA", "null",
  ]
  private static let gssKexPrefixes = [
    "gss-gex-sha1-", "gss-group1-sha1-", "gss-group14-sha1-", "gss-group14-sha256-",
    "gss-group16-sha512-", "gss-nistp256-sha256-", "gss-curve25519-sha256-",
  ]
}
