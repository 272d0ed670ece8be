/// The spelling of values in `ssh -G`.
enum Print {
  /// One value of one keyword; `numbers` and the like as their own lines would print them.
  static func text(_ keyword: Keyword, _ value: Value) -> String {
    switch value {
    case .number(let number): self.number(keyword, number)
    case .numbers(let numbers): pair(keyword, numbers)
    case .text(let text): text.text
    case .list(let list): line(list, keyword)
    case .forward(let forward): self.forward(forward, keyword)
    case .jump(let jump): self.jump(jump)
    }
  }

  private static func number(_ keyword: Keyword, _ value: Int) -> String {
    switch keyword {
    case .escapechar: value == Interpreter.noEscape ? "none" : escape(UInt8(value & 255))
    case .streamlocalbindmask: "0" + String(value, radix: 8)
    case .warnweakcrypto, .forwardagent: Choice.flag.name(of: value)
    case .obscurekeystroketiming: value == 0 ? "no" : value == 20 ? "yes" : String(value)
    default: KeywordForm.choice(keyword)?.name(of: value) ?? String(value)
    }
  }

  private static func pair(_ keyword: Keyword, _ numbers: [Int]) -> String {
    let (first, second) = (numbers[0], numbers[1])
    switch keyword {
    case .addkeystoagent:
      if second <= 0 { return Choice.askConfirm.name(of: first) }
      return (first == 3 ? "confirm " : "") + String(second)
    case .controlpersist:
      return first == 0 || second == 0 ? Choice.flag.name(of: first) : String(second)
    case .tunneldevice:
      let name = { (number: Int) in number == Interpreter.anyTunnel ? "any" : String(number) }
      return "\(name(first)):\(name(second))"
    case .ipqos: return ServiceQuality.text(first) + " " + ServiceQuality.text(second)
    default: return "\(first) \(second)"
    }
  }

  /// A list on one line; an empty one is `none`.
  private static func line(_ list: [[UInt8]], _ keyword: Keyword) -> String {
    list.isEmpty ? "none" : Array(list.joined(separator: [.space])).text
  }

  /// vis(3) with blanks made visible.
  private static func escape(_ byte: UInt8) -> String {
    let character = { (byte: UInt8) in String(UnicodeScalar(byte)) }
    if byte == .backslash { return "\\\\" }
    if byte > 32, byte < 127 { return character(byte) }
    let low = byte & 0x7f
    if low == 32 {
      return "\\" + [byte >> 6 & 7, byte >> 3 & 7, byte & 7].map { String($0) }.joined()
    }
    let meta = byte >= 128 ? "M" : ""
    if low.isControl { return "\\\(meta)^" + (low == 127 ? "?" : character(low + 64)) }
    return "\\\(meta)-" + character(low)
  }

  static func forward(_ forward: Forward, _ keyword: Keyword) -> String {
    let listen = end(forward.listenHost, forward.listenPort, forward.listenPath)
    if keyword == .dynamicforward { return listen }
    return listen + " " + end(forward.connectHost, forward.connectPort, forward.connectPath)
  }

  private static func end(_ host: [UInt8]?, _ port: Int, _ path: [UInt8]?) -> String {
    if port == Forward.socketPort { return path?.text ?? "" }
    guard let host else { return String(port) }
    return "[\(host.text)]:\(port)"
  }

  static func jump(_ jump: Jump) -> String {
    let host = jump.last.host
    let isNumeric = host.contains(.colon) || host.allSatisfy { $0.isDigit || $0 == .dot }
    var text = jump.earlier.map { $0.text + "," } ?? ""
    text += jump.last.user.map { $0.text + "@" } ?? ""
    text += isNumeric ? "[\(host.text)]" : host.text
    if let port = jump.last.port, port > 0 { text += ":\(port)" }
    return text
  }
}
