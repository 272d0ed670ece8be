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

  func read(_ text: String) -> FilePath {
    var text = text
    if text.utf8.first == UInt8(ascii: "\""), text.utf8.last == UInt8(ascii: "\"") {
      text = String(text.dropFirst().dropLast())
    }
    if text.utf8.contains(UInt8(ascii: "%")) { text = PathText.undouble(text) }
    guard text.utf8.starts(with: "~/".utf8) else { return FilePath(text) }
    return FilePath(String(decoding: prefix, as: UTF8.self) + text.dropFirst(2))
  }

  static func double(_ text: String) -> String {
    text.utf8.contains(UInt8(ascii: "%"))
      ? text.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%") : text
  }

  static func undouble(_ text: String) -> String {
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

  private static let plain = ByteSet.alphanumeric + "/~._-+@%,:"

  private static func isPlain(_ byte: UInt8) -> Bool { byte >= 0x80 || plain.contains(byte) }
}
