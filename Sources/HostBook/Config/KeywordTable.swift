/// Finds what a keyword means to one version of OpenSSH; made once for each profile.
struct KeywordTable: Sendable {
  /// Open addressing, a power of two: 0 is free, otherwise 1 + the index in `entries`.
  private var slots: [UInt8]
  private var entries: [(name: [UInt8], directive: Directive)] = []
  private static let size = 1024

  init(profile: VersionProfile) {
    slots = Array(repeating: 0, count: Self.size)
    for keyword in Keyword.allCases where profile.knows(keyword) {
      insert(keyword.name, .keyword(keyword))
    }
    for (alias, keyword) in Self.aliases where profile.knows(keyword) {
      insert(alias, .keyword(keyword))
    }
    for name in Self.deprecated { insert(name, .deprecated) }
    for name in Self.unsupported { insert(name, .unsupported) }
    if profile.isDebian {
      for name in ["protocolkeepalives", "setuptimeout"] {
        insert(name, .keyword(.serveraliveinterval))
      }
      insert("useblacklistedkeys", .deprecated)
    } else {
      let vendor: [Keyword] = [.gssapiauthentication, .gssapidelegatecredentials]
      if !profile.hasGSSAPI { for keyword in vendor { insert(keyword.name, .unsupported) } }
    }
  }

  /// `word` in any case; nil for a keyword that this version does not have.
  func lookUp(_ word: Bytes) -> Directive? {
    var slot = Self.hash(word)
    while slots[slot] != 0 {
      let entry = entries[Int(slots[slot]) - 1]
      if entry.name.count == word.count, Self.isSame(entry.name, word) { return entry.directive }
      slot = (slot + 1) & (Self.size - 1)
    }
    return nil
  }

  private static func isSame(_ name: [UInt8], _ word: Bytes) -> Bool {
    var index = word.startIndex
    for byte in name {
      if byte != word[index].lowercased { return false }
      index += 1
    }
    return true
  }

  private mutating func insert(_ name: String, _ directive: Directive) {
    let bytes = Array(name.utf8)
    var slot = Self.hash(bytes[...])
    while slots[slot] != 0 { slot = (slot + 1) & (Self.size - 1) }
    entries.append((bytes, directive))
    slots[slot] = UInt8(entries.count)
  }

  private static func hash(_ word: Bytes) -> Int {
    var value: UInt32 = 2_166_136_261
    for byte in word { value = (value ^ UInt32(byte.lowercased)) &* 16_777_619 }
    return Int(value ^ (value >> 16)) & (size - 1)
  }

  private static let aliases: [(String, Keyword)] = [
    ("smartcarddevice", .pkcs11provider), ("identityfile2", .identityfile),
    ("challengeresponseauthentication", .kbdinteractiveauthentication),
    ("skeyauthentication", .kbdinteractiveauthentication),
    ("tisauthentication", .kbdinteractiveauthentication),
    ("dsaauthentication", .pubkeyauthentication), ("keepalive", .tcpkeepalive),
    ("hostbasedkeytypes", .hostbasedacceptedalgorithms),
    ("pubkeyacceptedkeytypes", .pubkeyacceptedalgorithms),
  ]
  private static let deprecated = [
    "protocol", "cipher", "fallbacktorsh", "globalknownhostsfile2", "rhostsauthentication",
    "userknownhostsfile2", "useroaming", "usersh", "useprivilegedport",
  ]
  private static let unsupported = [
    "afstokenpassing", "kerberosauthentication", "kerberostgtpassing", "rsaauthentication",
    "rhostsrsaauthentication", "compressionlevel",
  ]
}
