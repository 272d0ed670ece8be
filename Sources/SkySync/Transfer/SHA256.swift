/// SHA-256 (FIPS 180-4): what `sha256sum` on a node says about a listing or a file.
struct SHA256 {
  /// Shared by copies: one of them is to be used.
  private let library = LibrarySHA256()

  /// The digest of `bytes` as 64 lower-case hex digits.
  static func hex(_ bytes: [UInt8]) -> String {
    let hash = SHA256()
    bytes.withUnsafeBytes { hash.update($0) }
    return hash.finish()
  }

  func update(_ bytes: UnsafeRawBufferPointer) { library.update(bytes) }

  /// Ends the message; the value is not to be used afterwards.
  func finish() -> String {
    library.finish().map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
