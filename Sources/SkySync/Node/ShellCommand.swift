/// Turns a POSIX sh script into one command line that every login shell passes on unchanged.
///
/// sshd hands the line to the user's login shell, which may be bash, zsh, fish, csh or tcsh. They agree only
/// on single quotes around plain text, so newline, `'`, `\` and `!` are replaced by letters that the script
/// does not use, and `tr` on the node puts them back.
enum ShellCommand {
  /// - Parameters:
  ///   - script: ASCII; whole-line comments and indentation are left out.
  ///   - arguments: only bytes that `escape` leaves alone or makes.
  static func line(script: String, arguments: [String]) -> String {
    let text = minified(script)
    let letters = unusedLetters(in: text)
    let special: [Character] = ["\n", "'", "\\", "!"]
    let encoded = String(
      text.map { character in
        special.firstIndex(of: character).map { letters[$0] } ?? character
      })
    let restore = #"eval "$(printf %s "$0"|tr \#(String(letters)) "\n\047\134\041")""#
    let words = [restore, encoded] + arguments
    return "exec /bin/sh -c " + words.map { "'\($0)'" }.joined(separator: " ")
  }

  /// `bytes` as `printf %b` reads them: safe in single quotes of any shell.
  static func escape(_ bytes: [UInt8]) -> String {
    var text = ""
    for byte in bytes {
      if isPlain(byte) {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let octal = String(byte, radix: 8)
        text += "\\0" + String(repeating: "0", count: 3 - octal.count) + octal
      }
    }
    return text
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  private static func minified(_ script: String) -> String {
    script.split(separator: "\n")
      .map { $0.drop { $0 == " " } }
      .filter { !$0.isEmpty && !$0.hasPrefix("#") }
      .joined(separator: "\n")
  }

  /// Four characters, plain to tr and to all shells, that stand nowhere in `text`.
  private static func unusedLetters(in text: String) -> [Character] {
    let used = Set(text)
    let free = "QZJXVYKBGNWAOIMPLFDUCEHTSR@+,^%".filter { !used.contains($0) }
    precondition(free.count >= 4, "a script of ours uses nearly every capital letter and sign")
    return Array(free.prefix(4))
  }
}
