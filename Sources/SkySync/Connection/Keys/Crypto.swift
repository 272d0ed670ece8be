import CLibSSH2

/// libcrypto, which libssh2 brings along: digests, ciphers and signatures.
enum Crypto {
  /// - Parameter name: As OpenSSL spells it, such as SHA512.
  static func hash(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var size: UInt32 = 0
    guard EVP_Digest(bytes, bytes.count, &digest, &size, EVP_get_digestbyname(name), nil) == 1
    else { preconditionFailure("libcrypto has no \(name)") }
    return Array(digest.prefix(Int(size)))
  }

  static func randomBytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    guard RAND_bytes(&bytes, Int32(count)) == 1 else { preconditionFailure("no random numbers") }
    return bytes
  }

  /// Decrypts whole blocks; nil when the cipher is missing or the sizes are wrong.
  static func decrypt(
    _ cipher: String, key: [UInt8], iv: [UInt8], _ bytes: [UInt8]
  ) -> [UInt8]? {
    guard let method = EVP_get_cipherbyname(cipher), let context = EVP_CIPHER_CTX_new(),
      EVP_CIPHER_get_key_length(method) == Int32(key.count),
      EVP_CIPHER_get_iv_length(method) == Int32(iv.count)
    else { return nil }
    defer { EVP_CIPHER_CTX_free(context) }
    var plain = [UInt8](repeating: 0, count: bytes.count + 64)
    var size: Int32 = 0
    guard EVP_DecryptInit_ex(context, method, nil, key, iv) == 1,
      EVP_CIPHER_CTX_set_padding(context, 0) == 1,
      EVP_DecryptUpdate(context, &plain, &size, bytes, Int32(bytes.count)) == 1,
      Int(size) == bytes.count
    else { return nil }
    return Array(plain.prefix(Int(size)))
  }

  /// The number `value` mod (`modulus` - 1), all big-endian.
  static func reduce(_ value: [UInt8], modulusLessOne modulus: [UInt8]) -> [UInt8]? {
    guard let context = BN_CTX_new(), let number = BN_bin2bn(value, Int32(value.count), nil),
      let divisor = BN_bin2bn(modulus, Int32(modulus.count), nil), let rest = BN_new()
    else { return nil }
    defer {
      for secret in [number, divisor, rest] { BN_clear_free(secret) }
      BN_CTX_free(context)
    }
    guard BN_sub_word(divisor, 1) == 1, BN_div(nil, rest, number, divisor, context) == 1 else {
      return nil
    }
    return bytes(rest)
  }

  static func bytes(_ number: OpaquePointer) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(BN_num_bits(number) + 7) / 8)
    BN_bn2bin(number, &bytes)
    return bytes
  }
}
