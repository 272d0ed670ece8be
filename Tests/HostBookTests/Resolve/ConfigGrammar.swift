import Support

/// Writes configurations that are mostly right, with the mistakes and corners that people and tools produce.
///
/// Names come from small pools, so that patterns match and lines shadow each other.
struct ConfigGrammar {
  var dice: SeededGenerator
  /// A share of values that ssh refuses, in percent; 0 for files that mostly resolve.
  var mischief: Int

  struct Case: Sendable {
    var config: [UInt8]
    /// Included files, by path below the home folder, with their modes.
    var files: [(path: String, bytes: [UInt8], mode: UInt32)]
    var host: String
    var user: String?
    var options: [String]
  }

  static let hosts = ["a", "b", "dev", "dev-worker1", "10.0.0.5", "zz#c", "x.example.org"]
  static let users = ["root", "bob", "alice"]
  private var depth = 0
  private var files: [(path: String, bytes: [UInt8], mode: UInt32)] = []

  init(seed: UInt64) {
    dice = SeededGenerator(seed: seed)
    mischief = dice.pick([0, 0, 0, 1, 1, 4])
  }

  mutating func makeCase() -> Case {
    files = []
    depth = 0
    var config = Array(lines(dice.roll(1...24)).utf8)
    if dice.chance(mischief) { mutate(&config) }
    var options: [String] = []
    if dice.chance(5) { options.append(option()) }
    return Case(
      config: config, files: files, host: hostArgument(),
      user: dice.chance(5) ? dice.pick(Self.users) : nil, options: options)
  }

  private mutating func hostArgument() -> String {
    let host = dice.pick(Self.hosts)
    switch dice.roll(1...12) {
    case 1: return host.uppercased()
    case 2: return "nobody.example"
    case 3:
      return dice.pick([
        "127.1", "::1", "[::1]", "10", "2001:DB8::0:1", "user@dev", "ssh://bob@dev:99",
      ])
    default: return host
    }
  }

  private mutating func option() -> String {
    let keyword = dice.pick([
      "User", "Port", "HostName", "IdentityFile", "ProxyJump", "ForwardAgent",
    ])
    return keyword + dice.pick(["=", " ", " = "]) + value(of: keyword)
  }

  mutating func lines(_ count: Int) -> String {
    var text = dice.chance(3) ? "\n# a comment\n" : ""
    let end = dice.chance(10) ? "\r\n" : "\n"
    for _ in 0..<count {
      text += line()
      text += dice.chance(2) ? dice.pick([" \n", "\t\n", "\u{c}\n", "\r\n", " # c\n"]) : end
    }
    if dice.chance(8), text.hasSuffix("\n") { text.removeLast() }
    return text
  }

  private mutating func line() -> String {
    let indent = dice.pick(["", "", " ", "  ", "\t", "    "])
    switch dice.roll(1...100) {
    case 1...16: return "Host" + separator() + patterns()
    case 17...24: return "Match" + separator() + criteria()
    case 25...29 where depth < 3: return indent + "Include" + separator() + include()
    case 30...32: return indent + dice.pick(["", "# text", "#", "   ", "\t# x"])
    case 33: return indent + oddLine()
    default:
      let keyword = dice.pick(KeywordPool.all)
      return indent + cased(keyword) + separator() + dressed(value(of: keyword), keyword)
    }
  }

  private mutating func oddLine() -> String {
    if !dice.chance(mischief * 10) {
      return dice.pick([
        "Protocol 2", "Cipher blowfish", "UseRoaming no", "RSAAuthentication yes",
        "CompressionLevel 9", "== Port 3", "\"User x", "UsePrivilegedPort no", "SetupTimeOut 5",
      ])
    }
    return dice.pick([
      "UseKeychain yes", "Prot 22", "; comment", "// c", "Port", "Host", "User \"\"", "Port==44",
      "IdentityFile 'x", "User a b", "\u{feff}Port 22", "Tag x", "ProxyCommand echo don't",
      "ObscureKeystrokeTiming no", "\u{c}Port 22", "Match", "Match user", "Match bogus x",
    ])
  }

  mutating func separator() -> String {
    switch dice.roll(1...24) {
    case 1: "="
    case 2: " = "
    case 3: "\t"
    case 4: "   "
    case 5: "= "
    case 6: " ="
    default: " "
    }
  }

  private mutating func cased(_ keyword: String) -> String {
    switch dice.roll(1...10) {
    case 1: keyword.lowercased()
    case 2: keyword.uppercased()
    case 3: dice.chance(20) ? "\"\(keyword)\"" : keyword
    default: keyword
    }
  }

  /// Quotes, escapes and comments around a value.
  private mutating func dressed(_ value: String, _ keyword: String) -> String {
    let isFree = KeywordPool.free.contains(keyword) || dice.chance(mischief)
    switch dice.roll(1...40) {
    case 1 where !value.contains("\""): return "\"\(value)\""
    case 2 where !value.contains("'"): return "'\(value)'"
    case 3: return value + " # trailing"
    case 4: return value + " #"
    case 5: return value.replacingFirst("e", with: "\"e\"")
    case 6 where isFree: return value + "#x"
    case 7: return value.replacingFirst("/", with: "/my\\ ")
    case 8: return dice.chance(mischief) ? value + " extra" : value + "  "
    case 9 where isFree: return value + "\\"
    default: return value
    }
  }

  mutating func patterns() -> String {
    var words: [String] = []
    for _ in 0..<dice.roll(1...4) {
      var word = dice.pick(Self.hosts)
      switch dice.roll(1...12) {
      case 1: word = "*"
      case 2: word = "*\(word.suffix(1))"
      case 3: word = "\(word.prefix(1))*"
      case 4: word = "!" + word
      case 5: word = "?" + word.dropFirst()
      case 6: word = "\"\(word)\""
      case 7:
        word = dice.pick(["dev*", "*.example.org", "10.*", "!*.org", "a,b", "**", "?", "*?v"])
      default: break
      }
      words.append(word)
    }
    return words.joined(separator: dice.pick([" ", " ", "  ", "\t"]))
  }

  private mutating func mutate(_ config: inout [UInt8]) {
    guard !config.isEmpty else { return }
    let place = dice.roll(0...(config.count - 1))
    switch dice.roll(1...5) {
    case 1: config[place] = UInt8(dice.roll(0...255))
    case 2: config.insert(dice.pick([0, 0x0c, 0x0d, 0xff, 0x22, 0x27, 0x5c]), at: place)
    case 3: config = Array(config[..<place])
    case 4: config.remove(at: place)
    default: config.insert(contentsOf: [0xef, 0xbb, 0xbf], at: 0)
    }
  }

  private mutating func include() -> String {
    depth += 1
    defer { depth -= 1 }
    let name = dice.pick(["inc", "conf.d/a", "conf.d/b", "conf.d/.dot", "conf.d/b~", "sp ace"])
    if !files.contains(where: { $0.path == ".ssh/" + name }) {
      let body = Array(lines(dice.roll(0...6)).utf8)
      let mode = dice.chance(mischief) ? dice.pick([0o664, 0o666, 0o606, 0o644]) : 0o600
      files.append((".ssh/" + name, body, UInt32(mode)))
    }
    switch dice.roll(1...10) {
    case 1...4: return name.contains(" ") ? "\"\(name)\"" : name
    case 5: return "~/.ssh/conf.d/*"
    case 6: return "conf.d/[ab]"
    case 7: return "conf.d/* inc"
    case 8: return "missing-*"
    case 9:
      return dice.pick([
        "conf.d", "conf.d/?", "conf.d/[!a]", "c*.d/[a-b]", "~nobody-here/x", "conf.d/\\a",
      ])
    default: return "~/.ssh/inc"
    }
  }
}

extension SeededGenerator {
  mutating func roll(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
}

extension String {
  func replacingFirst(_ part: Character, with text: String) -> String {
    guard let place = firstIndex(of: part) else { return self }
    return self[..<place] + text + self[index(after: place)...]
  }
}
