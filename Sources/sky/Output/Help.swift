/// What every command's help ends with: examples and exit codes.
enum Help {
  static func text(
    examples: KeyValuePairs<String, String>, exits: [ExitStatus] = [], more: String? = nil
  ) -> String {
    var parts: [String] = []
    if let more { parts.append(more) }
    let width = examples.map(\.key.count).max() ?? 0
    let shown = examples.map { command, purpose in
      "  \(command)\(String(repeating: " ", count: width - command.count))  # \(purpose)"
    }
    parts.append("EXAMPLES:\n" + shown.joined(separator: "\n"))
    if !exits.isEmpty {
      let codes = ([.done] + exits + [.usage]).map { status in
        let code = status == .ofCommand ? "else" : "\(status.rawValue)"
        return "  \(code)\(String(repeating: " ", count: 6 - code.count))\(status.meaning)"
      }
      parts.append("EXIT CODES:\n" + codes.joined(separator: "\n"))
    }
    return parts.joined(separator: "\n\n")
  }
}
