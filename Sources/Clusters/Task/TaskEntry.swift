/// What the words behind `sky launch` and `sky exec` name: a task file, a command, or nothing.
public enum TaskEntry: Equatable, Sendable {
  /// One word that ends in `.yaml` or `.yml`; read it, then `TaskFile(parsing:file:)`.
  case file(String)
  /// Anything else, joined by spaces as ssh joins it: `TaskFile(command:)`.
  case command(String)
  /// `TaskFile()`.
  case nothing

  public init(_ words: [String]) {
    if words.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) {
      self = .nothing
    } else if words.count == 1, Self.isFile(words[0]) {
      self = .file(words[0])
    } else {
      self = .command(words.joined(separator: " "))
    }
  }

  private static func isFile(_ word: String) -> Bool {
    let lower = word.lowercased()
    return (lower.hasSuffix(".yaml") || lower.hasSuffix(".yml"))
      && !word.contains { $0.isNewline }
      // `cat task.yaml` in quotes is a command; a path with a space in its folders is not.
      && word.prefixMatch(of: /[A-Za-z0-9._-]+\s/) == nil
  }
}
