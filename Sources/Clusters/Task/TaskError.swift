/// What is wrong with a task file, an env file, or the options that change a task.
///
/// Holds no secret: texts are quoted as they are written, before `${NAME}` is replaced, and nothing
/// below `secrets` is quoted at all.
public struct TaskError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The class of the error; the command line's exit code follows from it.
  public struct Code: Hashable, Sendable, RawRepresentable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The file is not YAML, or not one document: exit 65.
    public static let syntax = Code(rawValue: "syntax")
    /// A key that no task has: exit 65.
    public static let unknownKey = Code(rawValue: "unknown-key")
    /// A list where text should be, and the like: exit 65.
    public static let wrongType = Code(rawValue: "wrong-type")
    /// The right type and a value that cannot be meant: exit 65.
    public static let badValue = Code(rawValue: "bad-value")
    /// Something that SkyPilot has and this program has not: exit 65.
    public static let unsupported = Code(rawValue: "unsupported")
    /// An env or secret without a value: exit 65.
    public static let missingValue = Code(rawValue: "missing-value")
    /// An option of the command line: exit 64.
    public static let badOption = Code(rawValue: "bad-option")
    /// The file does not exist: exit 66.
    public static let noFile = Code(rawValue: "no-file")
    /// The file cannot be read: exit 1.
    public static let unreadable = Code(rawValue: "unreadable")
  }

  public var code: Code
  /// As the user named it; nil for an option of the command line.
  public var file: String?
  public var line: Int?
  public var column: Int?
  /// What is wrong, in one line.
  public var message: String
  /// The word that was probably meant.
  public var suggestion: String?
  /// What to do about it, when something can be said.
  public var advice: String?

  public init(
    _ code: Code, _ message: String, at place: Place? = nil, suggestion: String? = nil,
    advice: String? = nil
  ) {
    self.code = code
    self.file = place?.file
    self.line = place?.line
    self.column = place?.column
    self.message = message
    self.suggestion = suggestion
    self.advice = advice
  }

  public var description: String {
    var text = [file, line.map(String.init), column.map(String.init)].compactMap { $0 }
      .joined(separator: ":")
    if !text.isEmpty { text += ": " }
    text += message
    if let suggestion { text += "; did you mean `\(suggestion)`?" }
    if let advice { text += "\n  \(advice)" }
    return text
  }
}
