import CLibSSH2

/// Tells blocks of bytes apart, at the speed of reading them: GMAC (NIST SP 800-38D) under a random key, with a
/// fixed nonce. Two different blocks have the same value with a chance of about 1 in 2^112; it is no proof
/// against somebody who knows the key.
final class BlockMAC {
  /// Bytes of a value.
  static let size = 16
  static let keySize = 16

  private let context: OpaquePointer
  private let nonce = [UInt8](repeating: 0, count: 12)

  init(key: [UInt8]) {
    precondition(key.count == Self.keySize && libraryIsReady)
    guard let context = EVP_CIPHER_CTX_new(),
      EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nil, key, nonce) == 1
    else { preconditionFailure("libcrypto has no AES-GCM") }
    self.context = context
  }

  deinit { EVP_CIPHER_CTX_free(context) }

  /// More of the current block.
  func update(_ bytes: UnsafeRawBufferPointer) {
    var count: Int32 = 0
    EVP_EncryptUpdate(
      context, nil, &count, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
      Int32(bytes.count))
  }

  /// Ends the block: adds its value to `values`.
  func finish(into values: inout [UInt8]) {
    var count: Int32 = 0
    var value = [UInt8](repeating: 0, count: Self.size)
    EVP_EncryptFinal_ex(context, &value, &count)
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.size), &value)
    EVP_EncryptInit_ex(context, nil, nil, nil, nonce)
    values += value
  }
}

/// SHA-256 by libcrypto, piece by piece: much faster than our own where the processor helps.
final class LibrarySHA256 {
  private let context: OpaquePointer

  init() {
    guard libraryIsReady, let context = EVP_MD_CTX_new(),
      EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
    else { preconditionFailure("libcrypto has no SHA-256") }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  func update(_ bytes: UnsafeRawBufferPointer) {
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  /// The digest of what came so far; begins anew.
  func finish() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(context, &digest, nil)
    EVP_DigestInit_ex(context, nil, nil)
    return digest
  }
}
