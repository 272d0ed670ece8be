/// SHA-1 (RFC 3174) and HMAC (RFC 2104): what hashed known_hosts names and ssh's `%C` are made of.
package enum SHA1 {
  package static func hash(_ message: [UInt8]) -> [UInt8] {
    var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
    var padded = message
    padded.append(0x80)
    padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
    let bits = UInt64(message.count) * 8
    for shift in stride(from: 56, through: 0, by: -8) {
      padded.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
    }
    var schedule = [UInt32](repeating: 0, count: 80)
    for start in stride(from: 0, to: padded.count, by: 64) {
      mix(&state, padded, start, &schedule)
    }
    return state.flatMap { word in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
    }
  }

  /// The digest as 40 lower-case hexadecimal digits.
  package static func hexDigest(_ message: [UInt8]) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    return hash(message).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  }

  package static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    var block = key.count > 64 ? hash(key) : key
    block += [UInt8](repeating: 0, count: 64 - block.count)
    let inner = hash(block.map { $0 ^ 0x36 } + message)
    return hash(block.map { $0 ^ 0x5c } + inner)
  }

  private static func mix(
    _ state: inout [UInt32], _ bytes: [UInt8], _ start: Int, _ schedule: inout [UInt32]
  ) {
    for place in 0..<16 {
      let at = start + 4 * place
      let high = UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16
      schedule[place] = high | UInt32(bytes[at + 2]) << 8 | UInt32(bytes[at + 3])
    }
    for place in 16..<80 {
      let early = schedule[place - 3] ^ schedule[place - 8]
      schedule[place] = rotate(early ^ schedule[place - 14] ^ schedule[place - 16], 1)
    }
    var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
    for place in 0..<80 {
      let (choice, constant): (UInt32, UInt32) =
        switch place {
        case 0..<20: ((b & c) | (~b & d), 0x5a82_7999)
        case 20..<40: (b ^ c ^ d, 0x6ed9_eba1)
        case 40..<60: ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc)
        default: (b ^ c ^ d, 0xca62_c1d6)
        }
      let next = rotate(a, 5) &+ choice &+ e &+ constant &+ schedule[place]
      (a, b, c, d, e) = (next, a, rotate(b, 30), c, d)
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
    state[4] &+= e
  }

  private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word << count | word >> (32 - count)
  }
}
