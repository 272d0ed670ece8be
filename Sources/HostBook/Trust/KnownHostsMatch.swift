/// Which entries are about a host, and what they say about a key that it showed.
extension KnownHosts {
  /// What is known about one key of one host.
  public enum Verdict: Equatable, Sendable {
    /// Pinned by this entry.
    case known(Entry)
    /// Nothing is known about the host.
    case unknown
    /// The host is known by these entries, with other keys.
    case changed([Entry])
    /// This entry revokes the key.
    case revoked(Entry)
  }

  /// The name under which ssh looks a host up: its alias as it is, else `host`, else `[host]:port`.
  public static func lookupName(host: String, port: UInt16, alias: String?) -> String {
    if let alias { return alias.lowercased() }
    return port == 22 ? host.lowercased() : "[\(host.lowercased())]:\(port)"
  }

  /// The entries about `name` (in the spelling of `lookupName`), in the order of the files.
  public func entries(for name: String) -> [Entry] {
    let name = name.lowercased()
    return entries.filter { $0.matches(name) }
  }

  /// Looks a key up as ssh does (sshconnect.c `check_host_key`): a revoked key is refused whatever
  /// else stands there; a host on another port than 22 that is not known by its port may be known by its
  /// plain name, which counts when the key is the same.
  public func verdict(host: String, port: UInt16, alias: String?, key: [UInt8]) -> Verdict {
    let name = Self.lookupName(host: host, port: port, alias: alias)
    let verdict = verdict(entries(for: name), key)
    guard verdict == .unknown, alias == nil, port != 22 else { return verdict }
    switch self.verdict(entries(for: host), key) {
    case .known(let entry): return .known(entry)
    case .revoked(let entry): return .revoked(entry)
    case .unknown, .changed: return .unknown
    }
  }

  /// The types of key by which a host is known, to ask the server for one of them.
  public func keyTypes(host: String, port: UInt16, alias: String?) -> [String] {
    var found = entries(for: Self.lookupName(host: host, port: port, alias: alias))
    found.removeAll { $0.marker != .none }
    if found.isEmpty && alias == nil && port != 22 {
      found = entries(for: host).filter { $0.marker == .none }
    }
    var types: [String] = []
    for entry in found where !types.contains(entry.keyType) { types.append(entry.keyType) }
    return types
  }

  private func verdict(_ entries: [Entry], _ key: [UInt8]) -> Verdict {
    if let entry = entries.first(where: { $0.marker == .revoked && $0.key == key }) {
      return .revoked(entry)
    }
    let plain = entries.filter { $0.marker == .none }
    if let entry = plain.first(where: { $0.key == key }) { return .known(entry) }
    return plain.isEmpty ? .unknown : .changed(plain)
  }
}

extension KnownHosts.Entry {
  /// Whether the entry is about `name`, which is in lower case.
  func matches(_ name: String) -> Bool {
    if names.hasPrefix("|") { return matchesHash(name) }
    var found = false
    for pattern in names.split(separator: ",") {
      let pattern = pattern.lowercased()
      if pattern.hasPrefix("!") {
        if wildcardMatch(pattern.utf8.dropFirst(), name.utf8[...]) { return false }
      } else if wildcardMatch(pattern.utf8[...], name.utf8[...]) {
        found = true
      }
    }
    return found
  }

  /// `|1|salt|HMAC-SHA1(salt, name)`, both in base64.
  private func matchesHash(_ name: String) -> Bool {
    let parts = names.split(separator: "|", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[1] == "1", let salt = Base64.decode(String(parts[2])),
      let hash = Base64.decode(String(parts[3]))
    else { return false }
    return SHA1.authenticate(Array(name.utf8), key: salt) == hash
  }
}

/// `*` stands for any bytes, `?` for one; all else for itself.
private func wildcardMatch(
  _ pattern: Substring.UTF8View, _ text: Substring.UTF8View
) -> Bool {
  var (pattern, text) = (pattern, text)
  var retry: (pattern: Substring.UTF8View, text: Substring.UTF8View)?
  while !text.isEmpty {
    if let next = pattern.first, next == UInt8(ascii: "*") {
      pattern = pattern.dropFirst()
      retry = (pattern, text)
    } else if let next = pattern.first, next == UInt8(ascii: "?") || next == text.first {
      pattern = pattern.dropFirst()
      text = text.dropFirst()
    } else if let (rest, from) = retry {
      (pattern, text) = (rest, from.dropFirst())
      retry = (pattern, text)
    } else {
      return false
    }
  }
  return pattern.allSatisfy { $0 == UInt8(ascii: "*") }
}
