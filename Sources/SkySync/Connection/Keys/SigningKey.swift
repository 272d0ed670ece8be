import CLibSSH2

/// A private key that is ready to sign. A plain value: libcrypto's objects live only during a call.
struct SigningKey: Sendable {
  /// As libcrypto reads it: PKCS #1, SEC 1 or PKCS #8.
  let der: [UInt8]
  /// As RFC 4253 section 6.6 spells it.
  let publicKey: [UInt8]

  /// The signature that belongs to `algorithm`, without its name in front.
  /// - Parameter algorithm: An ssh public key algorithm, such as rsa-sha2-512.
  func sign(_ data: [UInt8], algorithm: String) throws(KeyProblem) -> [UInt8] {
    let digest: String? =
      switch algorithm {
      case "ssh-ed25519": nil
      case "rsa-sha2-512", "ecdsa-sha2-nistp521": "SHA512"
      case "ecdsa-sha2-nistp384": "SHA384"
      case "rsa-sha2-256", "ecdsa-sha2-nistp256": "SHA256"
      default: throw KeyProblem("signatures of the kind \(algorithm) are not supported")
      }
    guard let signature = Self.withKey(der, { Self.sign(data, $0, digest) }) ?? nil else {
      throw KeyProblem("libcrypto could not sign with it")
    }
    guard algorithm.hasPrefix("ecdsa") else { return signature }
    guard let (first, second) = DER.twoIntegers(signature) else {
      throw KeyProblem("libcrypto made a signature that cannot be read")
    }
    return SSHFields.mpint(first) + SSHFields.mpint(second)
  }

  private static func sign(_ data: [UInt8], _ key: OpaquePointer, _ digest: String?) -> [UInt8]? {
    guard let context = EVP_MD_CTX_new() else { return nil }
    defer { EVP_MD_CTX_free(context) }
    let method = digest.flatMap { EVP_get_digestbyname($0) }
    var size = 0
    guard EVP_DigestSignInit(context, nil, method, nil, key) == 1,
      EVP_DigestSign(context, nil, &size, data, data.count) == 1
    else { return nil }
    var signature = [UInt8](repeating: 0, count: size)
    guard EVP_DigestSign(context, &signature, &size, data, data.count) == 1 else { return nil }
    return Array(signature.prefix(size))
  }

  /// Calls `body` with libcrypto's object of a private key.
  private static func withKey<Result>(_ der: [UInt8], _ body: (OpaquePointer) -> Result) -> Result?
  {
    der.withUnsafeBufferPointer { bytes in
      var start = bytes.baseAddress
      guard let key = d2i_AutoPrivateKey(nil, &start, bytes.count) else { return nil }
      defer { EVP_PKEY_free(key) }
      return body(key)
    }
  }
}

extension SigningKey {
  /// Reads a PEM file: PKCS #1, SEC 1 or PKCS #8, encrypted or not.
  init(pem: [UInt8], passphrase: [UInt8]) throws(KeyProblem) {
    let secret = passphrase + [0]
    let found = secret.withUnsafeBytes { secret -> ([UInt8], [UInt8]?)? in
      guard let file = BIO_new_mem_buf(pem, Int32(pem.count)) else { return nil }
      defer { BIO_free(file) }
      // Without a function of ours libcrypto takes the last argument for the passphrase.
      let context = UnsafeMutableRawPointer(mutating: secret.baseAddress)
      guard let key = PEM_read_bio_PrivateKey(file, nil, nil, context) else { return nil }
      defer { EVP_PKEY_free(key) }
      return (Self.encode(key), Self.publicKey(of: key))
    }
    ERR_clear_error()
    guard let (der, publicKey) = found else {
      throw KeyProblem("the passphrase is wrong or the file is damaged", isWrongPassphrase: true)
    }
    guard let publicKey else {
      throw KeyProblem("only RSA, ECDSA (P-256, P-384, P-521) and Ed25519 keys are supported")
    }
    self.init(der: der, publicKey: publicKey)
  }

  private static func encode(_ key: OpaquePointer) -> [UInt8] {
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = i2d_PrivateKey(key, &bytes)
    guard count > 0, let bytes else { return [] }
    defer { CRYPTO_clear_free(bytes, Int(count), nil, 0) }
    return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
  }

  private static func publicKey(of key: OpaquePointer) -> [UInt8]? {
    switch EVP_PKEY_get_base_id(key) {
    case EVP_PKEY_RSA:
      guard let exponent = number("e", key), let modulus = number("n", key) else { return nil }
      return SSHFields.string("ssh-rsa") + SSHFields.mpint(exponent) + SSHFields.mpint(modulus)
    case EVP_PKEY_ED25519:
      var bytes = [UInt8](repeating: 0, count: 32)
      var size = 32
      guard EVP_PKEY_get_raw_public_key(key, &bytes, &size) == 1 else { return nil }
      return SSHFields.string("ssh-ed25519") + SSHFields.string(bytes)
    case EVP_PKEY_EC: return ellipticPublicKey(of: key)
    default: return nil
    }
  }

  private static func ellipticPublicKey(of key: OpaquePointer) -> [UInt8]? {
    var name = [CChar](repeating: 0, count: 64)
    var point = [UInt8](repeating: 0, count: 256)
    var size = 0
    guard EVP_PKEY_get_group_name(key, &name, name.count, nil) == 1,
      EVP_PKEY_get_octet_string_param(key, "pub", &point, point.count, &size) == 1
    else { return nil }
    let group = String(
      decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    guard let curve = EllipticCurve.all.first(where: { $0.group == group }) else { return nil }
    return SSHFields.string("ecdsa-sha2-\(curve.name)") + SSHFields.string(curve.name)
      + SSHFields.string(Array(point.prefix(size)))
  }

  private static func number(_ name: String, _ key: OpaquePointer) -> [UInt8]? {
    var number: OpaquePointer?
    guard EVP_PKEY_get_bn_param(key, name, &number) == 1, let number else { return nil }
    defer { BN_free(number) }
    return Crypto.bytes(number)
  }
}

/// The curves of RFC 5656 section 10.1.
struct EllipticCurve: Sendable {
  /// As ssh spells it.
  let name: String
  /// As OpenSSL spells it.
  let group: String
  /// Its object identifier in DER.
  let identifier: [UInt8]
  /// Bytes of a private key.
  let size: Int

  static let all = [
    EllipticCurve(
      name: "nistp256", group: "prime256v1",
      identifier: [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07], size: 32),
    EllipticCurve(
      name: "nistp384", group: "secp384r1", identifier: [0x06, 0x05, 0x2b, 0x81, 0x04, 0, 0x22],
      size: 48),
    EllipticCurve(
      name: "nistp521", group: "secp521r1", identifier: [0x06, 0x05, 0x2b, 0x81, 0x04, 0, 0x23],
      size: 66),
  ]
}

/// Why one key cannot be used; the others still can.
struct KeyProblem: Error, Equatable, Sendable {
  var reason: String
  var isWrongPassphrase: Bool

  init(_ reason: String, isWrongPassphrase: Bool = false) {
    self.reason = reason
    self.isWrongPassphrase = isWrongPassphrase
  }
}
