extension ShellText {
  /// One assignment a line, by name.
  static func assignments(_ values: [String: MaskedText]) -> String {
    values.sorted { $0.key < $1.key }
      .map { "\($0.key)=\(quoted($0.value.value))\n" }.joined()
  }
}
