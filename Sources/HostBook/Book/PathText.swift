import SystemPackage

/// How paths are written into ssh_config lines, and read back.
struct PathText: Equatable, Sendable {
  /// The folder that ssh itself takes for `~`; nil writes absolute paths.
  let tilde: FilePath?
  private let prefix: [UInt8]

  /// `~` is used only when `$HOME` is the passwd home: otherwise ssh and its Include disagree about it.
  init(_ home: SkyHome) {
    tilde = home.home == home.passwdHome ? home.passwdHome : nil
    prefix = Array((home.passwdHome.string + "/").utf8)
  }

  /// As an argument: `~/` in front when it can be, `%` doubled when the keyword expands tokens, quotes
  /// when there is more than plain characters. `EntryCheck.path` has refused what quotes cannot hold.
  func write(_ path: FilePath, expands: Bool = true) -> String {
    var text = path.string
    if let tilde, text.utf8.starts(with: prefix) {
      text = "~/" + text.dropFirst(tilde.string.count + 1)
    }
    if expands, text.utf8.contains(UInt8(ascii: "%")) {
      text = text.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
    }
    return text.utf8.allSatisfy(Self.isPlain) ? text : "\"\(text)\""
  }

  func read(_ text: Substring) -> FilePath {
    var text = text
    if text.first == "\"", text.last == "\"", text.utf8.count > 1 {
      text = text.dropFirst().dropLast()
    }
    if text.utf8.contains(UInt8(ascii: "%")) { text = Substring(PathText.undouble(text)) }
    guard text.hasPrefix("~/") else { return FilePath(String(text)) }
    return FilePath(String(decoding: prefix, as: UTF8.self) + text.dropFirst(2))
  }

  static func double(_ text: String) -> String {
    text.utf8.contains(UInt8(ascii: "%"))
      ? text.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%") : text
  }

  static func undouble(_ text: Substring) -> String {
    var result = ""
    var pending = false
    for character in text {
      if character == "%", !pending {
        pending = true
        continue
      }
      if pending, character != "%" { result.append("%") }
      pending = false
      result.append(character)
    }
    return pending ? result + "%" : result
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...0xff:
      true
    default: "/~._-+@%,:".utf8.contains(byte)
    }
  }
}
