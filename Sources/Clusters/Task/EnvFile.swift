/// The file of `--env-file`: `NAME=value`, one a line, as dotenv files are written.
///
/// `#` begins a comment, `export ` in front is skipped, single quotes keep everything, double quotes
/// know `\n`, `\t`, `\r`, `\"`, `\\` and `\$`; outside single quotes `${NAME}` and `${NAME:-default}`
/// are replaced by what stands above or by the environment. A value in quotes may span lines. A name
/// alone is taken from the environment.
public enum EnvFile {
  /// - Parameters:
  ///   - file: what errors call it; these quote no value, for such files hold secrets.
  ///   - environment: the calling program's environment.
  public static func parse(
    _ bytes: [UInt8], file: String, environment: (String) -> String?
  ) throws(TaskError) -> [TaskOverrides.Assignment] {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TaskError(
        .syntax, "holds bytes that are not UTF-8 text", at: Place(file: file, line: 1, column: 1))
    }
    var scanner = EnvScanner(text: text, file: file)
    var assignments: [TaskOverrides.Assignment] = []
    var known: [String: String] = [:]
    while let entry = try scanner.next({ known[$0] ?? environment($0) }) {
      assignments.append(entry)
      known[entry.name] = entry.value ?? environment(entry.name)
    }
    return assignments
  }
}

/// Walks over the characters of an env file.
private struct EnvScanner {
  private var rest: Substring
  private let file: String
  private var line = 1

  init(text: String, file: String) {
    // "\r\n" is one Character, so this is all that Windows' line ends need.
    rest = text.replacing("\r\n", with: "\n")[...]
    if rest.unicodeScalars.first == "\u{FEFF}" { rest.unicodeScalars.removeFirst() }
    self.file = file
  }

  /// The next entry, nil at the end.
  mutating func next(
    _ lookup: (String) -> String?
  ) throws(TaskError) -> TaskOverrides.Assignment? {
    skipEmptyLines()
    guard !rest.isEmpty else { return nil }
    if let export = rest.prefixMatch(of: /export[ \t]+/) { rest = rest[export.range.upperBound...] }
    let name = String(take { !"= \t\n#".contains($0) })
    guard Names.isVariable(name) else {
      throw error(
        "is no line such as NAME=value", advice: "A name is made of \(Names.variableRule).")
    }
    skipBlanks()
    guard rest.first == "=" else {
      try finishLine()
      return TaskOverrides.Assignment(name, nil)
    }
    rest.removeFirst()
    skipBlanks()
    let value = try value(lookup)
    try finishLine()
    return TaskOverrides.Assignment(name, value)
  }

  private mutating func value(_ lookup: (String) -> String?) throws(TaskError) -> String {
    switch rest.first {
    case "'": return try quoted("'")
    case "\"": return Self.expand(try quoted("\""), lookup)
    default:
      // A `#` begins a comment only behind a blank.
      let word = String(take { $0 != "\n" })
      let comment = word.firstMatch(of: /(^|[ \t])#/)
      let text = comment.map { String(word[..<$0.range.lowerBound]) } ?? word
      return Self.expand(String(text.trimmingSuffix { $0 == " " || $0 == "\t" }), lookup)
    }
  }

  /// The text between two quotes, with backslashes of double quotes undone.
  private mutating func quoted(_ quote: Character) throws(TaskError) -> String {
    let start = line
    rest.removeFirst()
    var text = ""
    while let character = rest.popFirst() {
      if character == quote { return text }
      if character == "\n" { line += 1 }
      if character == "\\", quote == "\"", let next = rest.popFirst() {
        text += Self.unescaped(next)
      } else {
        text.append(character)
      }
    }
    line = start
    throw error("a quote opens and does not close")
  }

  private static func unescaped(_ character: Character) -> String {
    switch character {
    case "n": "\n"
    case "t": "\t"
    case "r": "\r"
    case "\"", "\\": String(character)
    case "$": "\u{1}"
    default: "\\\(character)"
    }
  }

  private static func expand(_ text: String, _ lookup: (String) -> String?) -> String {
    text.replacing(/\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/) { match in
      let value = lookup(String(match.1)) ?? ""
      return value.isEmpty ? String(match.2 ?? "") : value
    }.replacing("\u{1}", with: "$")
  }

  private mutating func finishLine() throws(TaskError) {
    skipBlanks()
    if rest.first == "#" { _ = take { $0 != "\n" } }
    guard rest.isEmpty || rest.first == "\n" else {
      throw error("something follows the value", advice: "Put the whole value in quotes.")
    }
  }

  private mutating func skipEmptyLines() {
    while let first = rest.first {
      if first == "\n" {
        line += 1
        rest.removeFirst()
      } else if first == "#" {
        _ = take { $0 != "\n" }
      } else if first == " " || first == "\t" {
        rest.removeFirst()
      } else {
        return
      }
    }
  }

  private mutating func skipBlanks() {
    _ = take { $0 == " " || $0 == "\t" }
  }

  private mutating func take(while isWanted: (Character) -> Bool) -> Substring {
    let taken = rest.prefix(while: isWanted)
    rest = rest[taken.endIndex...]
    return taken
  }

  private func error(_ message: String, advice: String? = nil) -> TaskError {
    TaskError(.syntax, message, at: Place(file: file, line: line, column: 1), advice: advice)
  }
}

extension StringProtocol {
  fileprivate func trimmingSuffix(_ isUnwanted: (Character) -> Bool) -> SubSequence {
    var text = self[startIndex...]
    while let last = text.last, isUnwanted(last) { text.removeLast() }
    return text
  }
}
