import HostBook

/// A key file in OpenSSH's own format (OpenSSH's PROTOCOL.key).
struct OpenSSHKey: Equatable, Sendable {
  /// Readable without the passphrase.
  let publicKey: [UInt8]
  private let cipher: String
  private let salt: [UInt8]
  private let rounds: Int
  private let secret: [UInt8]

  var isEncrypted: Bool { cipher != "none" }

  private static let header = "-----BEGIN OPENSSH PRIVATE KEY-----"
  private static let footer = "-----END OPENSSH PRIVATE KEY-----"

  /// nil when the file is of another format.
  init?(file: [UInt8]) throws(KeyProblem) {
    let lines = file.split { $0 == 0x0a || $0 == 0x0d }.map { String(decoding: $0, as: UTF8.self) }
    guard lines.first == Self.header else { return nil }
    let body = lines.dropFirst().prefix { $0 != Self.footer }.joined()
    let magic = Array("openssh-key-v1\0".utf8)
    guard let bytes = Base64.decode(body), bytes.starts(with: magic) else {
      throw KeyProblem("the file is damaged")
    }
    var reader = SSHReader(Array(bytes.dropFirst(magic.count)))
    guard let cipher = reader.text(), let kdf = reader.text(), let options = reader.string(),
      let count = reader.uint32(), count == 1, let publicKey = reader.string(),
      let secret = reader.string()
    else { throw KeyProblem("the file is damaged") }
    var parameters = SSHReader(options)
    if kdf == "bcrypt" {
      guard let salt = parameters.string(), let rounds = parameters.uint32(), rounds <= 1 << 20
      else { throw KeyProblem("the file is damaged") }
      (self.salt, self.rounds) = (salt, Int(rounds))
    } else {
      guard kdf == "none" else { throw KeyProblem("it is protected by “\(kdf)”, unknown here") }
      (salt, rounds) = ([], 0)
    }
    self.cipher = cipher
    self.publicKey = publicKey
    self.secret = secret
  }

  /// Slow when encrypted, as it is meant to be.
  func unlock(_ passphrase: [UInt8]) throws(KeyProblem) -> SigningKey {
    var reader = SSHReader(try decrypt(passphrase))
    guard let first = reader.uint32(), let second = reader.uint32(), first == second else {
      throw KeyProblem("the passphrase is wrong", isWrongPassphrase: isEncrypted)
    }
    guard let type = reader.text(), let der = try Self.privateKey(type, &reader) else {
      throw KeyProblem("the file is damaged")
    }
    return SigningKey(der: der, publicKey: publicKey)
  }

  /// The integrity of what comes out is checked by its own fields; GCM and Poly1305 tags are not.
  private func decrypt(_ passphrase: [UInt8]) throws(KeyProblem) -> [UInt8] {
    if cipher == "none" { return secret }
    let name = cipher.split(separator: "@")[0]
    let bits = name.split(separator: "-")[0].dropFirst(3)
    let plain: [UInt8]?
    switch name {
    case "aes128-ctr", "aes192-ctr", "aes256-ctr", "aes128-cbc", "aes192-cbc", "aes256-cbc":
      let (key, iv) = derive(passphrase, (Int(bits) ?? 0) / 8, 16)
      plain = Crypto.decrypt("AES-\(bits)-\(name.suffix(3))", key: key, iv: iv, secret)
    case "aes128-gcm", "aes256-gcm":
      // GCM is counter mode; its count for the first block is 2.
      let (key, iv) = derive(passphrase, (Int(bits) ?? 0) / 8, 12)
      plain = Crypto.decrypt("AES-\(bits)-CTR", key: key, iv: iv + [0, 0, 0, 2], secret)
    case "chacha20-poly1305":
      // Packet number 0; the first block of the stream, count 0, went into the tag.
      let (key, _) = derive(passphrase, 64, 0)
      let iv: [UInt8] = [1] + [UInt8](repeating: 0, count: 15)
      plain = Crypto.decrypt("ChaCha20", key: Array(key.prefix(32)), iv: iv, secret)
    default: throw KeyProblem("it is encrypted with “\(cipher)”, unknown here")
    }
    guard let plain else { throw KeyProblem("it cannot be decrypted with “\(cipher)” here") }
    return plain
  }

  private func derive(_ passphrase: [UInt8], _ key: Int, _ iv: Int) -> ([UInt8], [UInt8]) {
    let bytes = BcryptKDF.derive(passphrase, salt: salt, rounds: rounds, count: key + iv)
    return (Array(bytes.prefix(key)), Array(bytes.dropFirst(key)))
  }

  /// The key in a form that libcrypto reads; nil when fields are missing.
  private static func privateKey(
    _ type: String, _ reader: inout SSHReader
  ) throws(KeyProblem) -> [UInt8]? {
    switch type {
    case "ssh-ed25519":
      guard reader.string() != nil, let seed = reader.string(), seed.count == 64 else { return nil }
      let algorithm: [UInt8] = [0x06, 0x03, 0x2b, 0x65, 0x70]
      return DER.sequence(
        DER.integer([]), DER.sequence(algorithm), DER.octets(DER.octets(Array(seed.prefix(32)))))
    case "ssh-rsa": return rsa(&reader)
    case "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521":
      return elliptic(&reader)
    default: throw KeyProblem("keys of the type \(type) are not supported")
    }
  }

  private static func rsa(_ reader: inout SSHReader) -> [UInt8]? {
    guard let n = reader.string(), let e = reader.string(), let d = reader.string(),
      let inverse = reader.string(), let p = reader.string(), let q = reader.string(),
      let first = Crypto.reduce(d, modulusLessOne: p),
      let second = Crypto.reduce(d, modulusLessOne: q)
    else { return nil }
    return DER.field(
      0x30, [[], n, e, d, p, q, first, second, inverse].flatMap { DER.integer($0) })
  }

  private static func elliptic(_ reader: inout SSHReader) -> [UInt8]? {
    guard let name = reader.text(), let point = reader.string(), let number = reader.string(),
      let curve = EllipticCurve.all.first(where: { $0.name == name })
    else { return nil }
    let digits = Array(number.drop { $0 == 0 })
    guard digits.count <= curve.size else { return nil }
    let padded = [UInt8](repeating: 0, count: curve.size - digits.count) + digits
    return DER.sequence(
      DER.integer([1]), DER.octets(padded), DER.field(0xa0, curve.identifier),
      DER.field(0xa1, DER.field(0x03, [0] + point)))
  }
}
