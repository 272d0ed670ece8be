/// The line of an ignore file that decided about a path.
public struct Rule: Hashable, Sendable {
  /// The file it stands in: relative to the scanned root when it is below it, else absolute.
  public var file: [UInt8]
  /// Counted from 1.
  public var line: Int
  /// As it is written, without line end and unquoted trailing spaces; begins with `!` when it re-includes.
  public var pattern: [UInt8]

  public init(file: [UInt8], line: Int, pattern: [UInt8]) {
    self.file = file
    self.line = line
    self.pattern = pattern
  }

  /// Whether the line sends what an earlier one left out.
  public var isNegated: Bool { pattern.first == UInt8(ascii: "!") }
}

/// What the rules say about one path.
public struct Decision: Equatable, Sendable {
  public var ignored: Bool
  /// The rule that decided, for the path or for the ignored folder it is in; nil when none speaks of it.
  public var rule: Rule?

  public init(ignored: Bool, rule: Rule?) {
    self.ignored = ignored
    self.rule = rule
  }

  init(_ rule: Rule?) {
    self.init(ignored: rule.map { !$0.isNegated } ?? false, rule: rule)
  }
}
