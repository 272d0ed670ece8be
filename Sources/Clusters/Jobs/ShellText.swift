/// Text for POSIX sh.
enum ShellText {
  /// One word that means exactly `text`, whatever is in it; NUL cannot be.
  static func quoted(_ text: String) -> String {
    "'\(text.replacing("'", with: #"'\''"#))'"
  }

  /// A statement that writes `text`, with a line end, to the file that the shell knows as `target`.
  static func writing(_ text: String, to target: String, or otherwise: String) -> String {
    var end: String
    repeat {
      end = "END_" + String(UInt64.random(in: .min ... .max), radix: 36)
    } while text.contains(end)
    return "cat >\(target) <<'\(end)' || \(otherwise)\n\(text)\n\(end)\n"
  }

  /// One assignment a line, by name; the values may be secret.
  static func assignments(_ values: [String: MaskedText]) -> String {
    values.sorted { $0.key < $1.key }
      .map { "\($0.key)=\(quoted($0.value.value))\n" }.joined()
  }
}
