import SystemPackage

/// Why a name cannot be resolved: ssh would stop here too, unless `code` is `.undecided`.
public struct ResolveError: Error, Equatable, Sendable, CustomStringConvertible {
  public struct Code: RawRepresentable, Equatable, Sendable {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A configuration file has lines that ssh refuses; `problems` names each.
    public static let badConfiguration = Code(rawValue: "bad-configuration")
    /// A file cannot be read, or has an owner or a mode that ssh does not trust.
    public static let unusableFile = Code(rawValue: "unusable-file")
    /// The name, user or port that was asked for is not acceptable.
    public static let badRequest = Code(rawValue: "bad-request")
    /// All lines are fine but what they say together is not (a jump loop, an unset variable …).
    public static let badSettings = Code(rawValue: "bad-settings")
    /// ssh might know the answer, this resolver does not.
    public static let undecided = Code(rawValue: "undecided")
  }

  /// One line (or file, when `line` is nil) and what is wrong with it.
  public struct Problem: Equatable, Sendable {
    public var file: FilePath?
    public var line: Int?
    public var message: String

    public init(file: FilePath? = nil, line: Int? = nil, message: String) {
      self.file = file
      self.line = line
      self.message = message
    }

    public var description: String {
      switch (file, line) {
      case (let file?, let line?): "\(file):\(line): \(message)"
      case (let file?, nil): "\(file): \(message)"
      case (nil, _): message
      }
    }
  }

  public var code: Code
  /// At least one.
  public var problems: [Problem]

  public init(_ code: Code, _ problems: [Problem]) {
    self.code = code
    self.problems = problems
  }

  init(_ code: Code, _ message: String, file: FilePath? = nil, line: Int? = nil) {
    self.init(code, [Problem(file: file, line: line, message: message)])
  }

  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
