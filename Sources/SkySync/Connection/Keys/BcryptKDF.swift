/// bcrypt_pbkdf: how OpenSSH makes a cipher's key from a passphrase (its PROTOCOL.key, kdf "bcrypt").
enum BcryptKDF {
  /// Blocks for a tenth of a second and more; to be called off the loops.
  static func derive(
    _ passphrase: [UInt8], salt: [UInt8], rounds: Int, count: Int
  ) -> [UInt8] {
    let blocks = (count + 31) / 32
    let perBlock = (count + blocks - 1) / blocks
    let secret = Crypto.hash("SHA512", passphrase)
    var key = [UInt8](repeating: 0, count: count)
    for block in 1...blocks {
      var piece = hash(secret, Crypto.hash("SHA512", salt + SSHFields.uint32(block)))
      var sum = piece
      for _ in 1..<max(1, rounds) {
        piece = hash(secret, Crypto.hash("SHA512", piece))
        for place in sum.indices { sum[place] ^= piece[place] }
      }
      // The blocks are interleaved, so that each byte of the key costs the whole work.
      for place in 0..<perBlock where place * blocks + block - 1 < count {
        key[place * blocks + block - 1] = sum[place]
      }
    }
    return key
  }

  private static func hash(_ secret: [UInt8], _ salt: [UInt8]) -> [UInt8] {
    var cipher = Blowfish()
    cipher.expand(key: secret, salt: salt)
    for _ in 0..<64 {
      cipher.expand(key: salt, salt: [])
      cipher.expand(key: secret, salt: [])
    }
    var words = Blowfish.words(Array("OxychromaticBlowfishSwatDynamite".utf8))
    for _ in 0..<64 {
      for place in stride(from: 0, to: words.count, by: 2) {
        (words[place], words[place + 1]) = cipher.encrypt(words[place], words[place + 1])
      }
    }
    return words.flatMap { word in [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: word >> $0) } }
  }
}

/// Blowfish's key schedule as bcrypt uses it.
struct Blowfish: ~Copyable {
  /// 18 subkeys, then four boxes of 256 words.
  private let state: UnsafeMutablePointer<UInt32>
  private static let size = 18 + 4 * 256
  private static let initial = Pi.words(size)

  init() {
    state = .allocate(capacity: Self.size)
    Self.initial.withUnsafeBufferPointer { initial in
      for place in 0..<Self.size { state[place] = initial[place] }
    }
  }

  deinit { state.deallocate() }

  static func words(_ bytes: [UInt8]) -> [UInt32] {
    stride(from: 0, to: bytes.count, by: 4).map { start in
      bytes[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
  }

  /// Mixes key and salt (both a multiple of 8 bytes; no salt counts as zeros) into the state.
  mutating func expand(key: [UInt8], salt: [UInt8]) {
    let (key, salt) = (Self.words(key), salt.isEmpty ? [0, 0] : Self.words(salt))
    for place in 0..<18 { state[place] ^= key[place % key.count] }
    var (left, right): (UInt32, UInt32) = (0, 0)
    var next = 0
    for place in stride(from: 0, to: Self.size, by: 2) {
      left ^= salt[next]
      right ^= salt[next + 1]
      next = (next + 2) % salt.count
      (left, right) = encrypt(left, right)
      state[place] = left
      state[place + 1] = right
    }
  }

  func encrypt(_ left: UInt32, _ right: UInt32) -> (UInt32, UInt32) {
    var (one, two) = (left ^ state[0], right)
    var round = 1
    while round < 17 {
      two ^= mix(one) ^ state[round]
      one ^= mix(two) ^ state[round + 1]
      round += 2
    }
    return (two ^ state[17], one)
  }

  @inline(__always)
  private func mix(_ word: UInt32) -> UInt32 {
    let box = state + 18
    let sum = box[Int(word >> 24)] &+ box[256 + Int(word >> 16 & 0xff)]
    return (sum ^ box[512 + Int(word >> 8 & 0xff)]) &+ box[768 + Int(word & 0xff)]
  }
}
