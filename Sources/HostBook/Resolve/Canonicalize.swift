extension Interpreter {
  /// Takes the configured HostName into use, makes names canonical, and reads everything a second time
  /// when that or `Match final` asks for it. Afterwards `host` is the final host name.
  mutating func canonicalizeAndReadAgain() throws(ResolveError) {
    if let name = settings.text(.hostname) {
      do {
        host = try Tokens(letters: [UInt8(ascii: "h"): host]).expand(name[...])
      } catch {
        throw ResolveError(.badSettings, "HostName \(name.text): \(error.message)")
      }
      settings.setText(.hostname, host)
    }
    fillForCanonicalization()
    let mode = settings.number(.canonicalizehostname) ?? 0
    let isAddress = Self.looksLikeAddress(host) || numericAddress(host) != nil
    if !isAddress { host = host.lowercasedASCII() }
    var isFound = false
    if mode != 0 || isAddress { isFound = try canonicalize(mode) }
    if !isFound { try followPermittedName(mode) }
    if mode != 0 { wantsFinalPass = true }
    guard wantsFinalPass else { return }
    settings[.hostname] = StoredValue(
      value: .text(host), source: settings[.hostname]?.source ?? .commandLine)
    isFinal = true
    try readAll()
  }

  /// From here on a second pass finds these three set.
  private mutating func fillForCanonicalization() {
    let defaults: [(Keyword, Int)] = [
      (.canonicalizehostname, 0), (.canonicalizemaxdots, 1), (.canonicalizefallbacklocal, 1),
    ]
    for (keyword, value) in defaults where settings[keyword] == nil {
      settings[keyword] = StoredValue(value: .number(value), source: .builtIn)
    }
  }

  /// A percent sign, a colon, or nothing but digits and dots.
  private static func looksLikeAddress(_ name: [UInt8]) -> Bool {
    name.contains(.percent) || name.contains(.colon) || name.allSatisfy { $0.isDigit || $0 == .dot }
  }

  private var family: ResolverEnvironment.AddressFamily {
    settings.number(.addressfamily).flatMap(ResolverEnvironment.AddressFamily.init) ?? .any
  }

  private func numericAddress(_ name: [UInt8]) -> String? {
    environment.numericAddress(name.text, family)
  }

  private func follows(_ mode: Int) -> Bool { settings.isDirect || mode == 2 }

  /// Whether the name was found as an address or under one of CanonicalDomains.
  private mutating func canonicalize(_ mode: Int) throws(ResolveError) -> Bool {
    if let address = numericAddress(host) {
      if !host.equalsIgnoringCase(address) { host = Array(address.utf8) }
      return true
    }
    if Self.looksLikeAddress(host) || mode == 0 || !follows(mode) { return false }
    var candidates: [[UInt8]] = [host]
    if host.last != .dot {
      let dots = host.count { $0 == .dot }
      if dots > settings.number(.canonicalizemaxdots) ?? 1 { return false }
      let domains = settings.list(.canonicaldomains) ?? []
      candidates = domains.prefix { !$0.equalsIgnoringCase("none") }
        .map { host + [.dot] + $0 + [.dot] }
    }
    for candidate in candidates {
      guard let found = environment.lookUp(candidate.text, family) else { continue }
      host = candidate.dropLast()
      follow(found.canonicalName, mode)
      return true
    }
    if settings.number(.canonicalizefallbacklocal) == 0 {
      throw ResolveError(
        .badSettings,
        "could not resolve host \"\(host.text)\" (CanonicalizeFallbackLocal is no)")
    }
    return false
  }

  private mutating func follow(_ canonicalName: String?, _ mode: Int) {
    guard mode != 0, follows(mode), let name = canonicalName.map({ Bytes($0) }),
      let checked = DomainName.checked(name, lowercased: false), checked != host
    else { return }
    for rule in settings.list(.canonicalizepermittedcnames) ?? [] {
      guard let (source, target) = rule[...].split(atFirst: .colon),
        Pattern.matchesList(host[...], source, lowercased: true) == .matched,
        Pattern.matchesList(checked[...], target, lowercased: true) == .matched
      else { continue }
      host = checked
      return
    }
  }

  /// CanonicalizePermittedCNAMEs makes ssh look the name up even without canonicalisation.
  private mutating func followPermittedName(_ mode: Int) throws(ResolveError) {
    guard let rules = settings.list(.canonicalizepermittedcnames), !rules.isEmpty, follows(mode)
    else { return }
    if let found = environment.lookUp(host.text, family) {
      follow(found.canonicalName, mode)
    } else if settings.isDirect {
      throw ResolveError(.badSettings, "could not resolve hostname \(host.text)")
    }
  }
}
