import SystemPackage

/// One way in which an alias may fail to mean what it says, with its place and its cure.
public struct Finding: Equatable, Sendable {
  public enum Severity: String, Sendable {
    /// Something does not work, or does not mean what it says.
    case error
    /// It works, and may surprise.
    case warning
  }

  /// What `Doctor.mend` can do about it without asking.
  enum Remedy: Equatable, Sendable {
    case installInclude
    case refreshInline
    case setMode(FilePath, UInt16)
    case removeFile(FilePath)
    case sweepSockets
    case dropPins(Set<String>)
  }

  /// Names the rule, as `include-missing`; stable.
  public var id: String
  public var severity: Severity
  /// nil when it is about no single alias.
  public var alias: String?
  public var message: String
  /// What to do, as a command or in words.
  public var fix: String
  public var file: FilePath?
  /// From 1.
  public var line: Int?
  var remedy: Remedy?

  init(
    _ id: String, _ severity: Severity, alias: String? = nil, _ message: String, fix: String,
    file: FilePath? = nil, line: Int? = nil, remedy: Remedy? = nil
  ) {
    self.id = id
    self.severity = severity
    self.alias = alias
    self.message = message
    self.fix = fix
    self.file = file
    self.line = line
    self.remedy = remedy
  }

  /// Whether `Doctor.mend` knows a safe cure.
  public var isMendable: Bool { remedy != nil }
}
