/// How entries are written.
extension KnownHosts {
  /// One line for a plain key, with its newline.
  /// - Parameters:
  ///   - name: In the spelling of `lookupName`.
  ///   - salt: 20 random bytes hide the name behind their hash (HashKnownHosts).
  public static func line(name: String, key: [UInt8], salt: [UInt8]? = nil) -> String? {
    guard let type = keyType(key) else { return nil }
    var host = name.lowercased()
    if let salt {
      let hash = SHA1.authenticate(Array(host.utf8), key: salt)
      host = "|1|\(Base64.encode(salt))|\(Base64.encode(hash))"
    }
    return "\(host) \(type) \(Base64.encode(key))\n"
  }

  /// The type that a public key names in its first field.
  public static func keyType(_ key: [UInt8]) -> String? {
    guard key.count > 4, key[0] == 0, key[1] == 0 else { return nil }
    let size = Int(key[2]) << 8 | Int(key[3])
    guard size > 0, key.count > 4 + size else { return nil }
    let name = key[4..<4 + size]
    guard name.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
    return String(decoding: name, as: UTF8.self)
  }
}
