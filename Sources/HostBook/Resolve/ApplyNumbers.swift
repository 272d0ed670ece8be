extension Interpreter {
  /// Stands for `none` in EscapeChar.
  static let noEscape = -2
  /// Stands for `any` in TunnelDevice.
  static let anyTunnel = Int(Int32.max)
  /// Stands for `none` in IPQoS.
  static let noQuality = Int(Int32.max)

  mutating func applyEscapeCharacter(_ frame: Frame) throws(Failure) {
    let word = Array(try takeWord())
    let value: Int
    if word.equals("none") {
      value = Self.noEscape
    } else if word.count == 1 {
      value = Int(word[0])
    } else if word.count == 2, word[0] == UInt8(ascii: "^"), (64..<128).contains(word[1]) {
      value = Int(word[1] & 31)
    } else {
      throw .line("bad escape character")
    }
    set(.escapechar, .number(value), frame)
  }

  mutating func applyTunnelDevice(_ frame: Frame) throws(Failure) {
    let word = try takeWord()
    let parts = word.split(atFirst: .colon)
    guard let local = Self.tunnel(parts?.head ?? word),
      let remote = parts.map({ Self.tunnel($0.tail) }) ?? Self.anyTunnel
    else { throw .line("bad tun device \"\(word.text)\"") }
    set(.tunneldevice, .numbers([local, remote]), frame)
  }

  private static func tunnel(_ word: Bytes) -> Int? {
    word.equalsIgnoringCase("any") ? anyTunnel : Numbers.number(word, in: 0...(anyTunnel - 2))
  }

  mutating func applyServiceQuality(_ frame: Frame) throws(Failure) {
    let interactive = try takeQuality(words.take())
    let bulk = words.isEmpty ? interactive : try takeQuality(words.take())
    set(.ipqos, .numbers([interactive, bulk]), frame)
  }

  private func takeQuality(_ word: Bytes?) throws(Failure) -> Int {
    guard let word else { throw .line("bad IPQoS value: missing") }
    if let known = ServiceQuality.value(of: word) {
      let old = [0x10, 0x08, 0x04]
      return environment.profile.isAtLeast(10, 1) && old.contains(known) ? Self.noQuality : known
    }
    guard let (value, end) = Numbers.scan(word, base: 0), end == word.endIndex,
      (0...255).contains(value)
    else { throw .line("bad IPQoS value: \(word.text)") }
    return value
  }

  mutating func applyBindMask(_ frame: Frame) throws(Failure) {
    let word = try takeWord()
    guard let (value, _) = Numbers.scan(word, base: 8) else { throw .line("bad mask") }
    let mask = Int(Int32(truncatingIfNeeded: value))
    guard (0...0o777).contains(mask) else { throw .line("bad mask") }
    // ssh takes the last one, from blocks that do not apply, too.
    if trace != nil { record(.streamlocalbindmask, .number(mask), frame, applied: true) }
    settings[.streamlocalbindmask] = StoredValue(value: .number(mask), source: frame.source)
  }
}

/// The names that IPQoS takes.
enum ServiceQuality {
  private static let names: [(name: String, value: Int)] = [
    ("none", Interpreter.noQuality), ("af11", 0x28), ("af12", 0x30), ("af13", 0x38),
    ("af21", 0x48), ("af22", 0x50), ("af23", 0x58), ("af31", 0x68), ("af32", 0x70),
    ("af33", 0x78), ("af41", 0x88), ("af42", 0x90), ("af43", 0x98), ("cs0", 0x00), ("cs1", 0x20),
    ("cs2", 0x40), ("cs3", 0x60), ("cs4", 0x80), ("cs5", 0xa0), ("cs6", 0xc0), ("cs7", 0xe0),
    ("ef", 0xb8), ("le", 0x04), ("lowdelay", 0x10), ("throughput", 0x08), ("reliability", 0x04),
  ]

  static func value(of word: Bytes) -> Int? {
    names.first { word.equalsIgnoringCase($0.name) }?.value
  }

  /// As ssh prints it: a name, else two hexadecimal digits.
  static func text(_ value: Int) -> String {
    if let known = names.first(where: { $0.value == value }) { return known.name }
    let digits = String(value, radix: 16)
    return digits.count < 2 ? "0x0" + digits : "0x" + digits
  }
}
