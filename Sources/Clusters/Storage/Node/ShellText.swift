/// Texts for `/bin/sh`, which is the only shell that ever reads them.
enum ShellText {
  /// `text` as one word (POSIX.1-2017, Shell Command Language, 2.2.2): nothing in it means anything.
  static func quoted(_ text: String) -> String {
    "'\(text.replacing("'", with: #"'\''"#))'"
  }

  /// One assignment a line, by name.
  static func assignments(_ values: [String: MaskedText]) -> String {
    values.sorted { $0.key < $1.key }
      .map { "\($0.key)=\(quoted($0.value.value))\n" }.joined()
  }
}
