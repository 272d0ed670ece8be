import SystemPackage

/// Why the book, the user's configuration or a pin could not be read or changed. Nothing was written.
public struct BookError: ExplainedError, Equatable, Sendable {
  /// The class of the failure; the command line's exit code follows from it.
  public struct Code: Hashable, Sendable, RawRepresentable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A name, host, user, path or option that must not reach a config line: exit 64.
    public static let invalid = Code(rawValue: "invalid")
    /// The name means something else already; both places are named: exit 64.
    public static let clash = Code(rawValue: "clash")
    /// No such alias or cluster: exit 68.
    public static let unknown = Code(rawValue: "unknown")
    /// A file of ours, or markers of ours, that we cannot make sense of: exit 65.
    public static let malformed = Code(rawValue: "malformed")
    /// Permission, disk full, read-only, or a file that belongs to someone else: exit 73.
    public static let cannotWrite = Code(rawValue: "cannot-write")
    /// A file exists and cannot be read: exit 73.
    public static let cannotRead = Code(rawValue: "cannot-read")
    /// The change would have emptied a book that has entries: exit 1.
    public static let wouldEmpty = Code(rawValue: "would-empty")
    /// ssh reads the new text otherwise than it was meant: exit 1.
    public static let checkFailed = Code(rawValue: "check-failed")
    /// A host does not answer: exit 69.
    public static let unreachable = Code(rawValue: "unreachable")
    /// Someone else kept changing the file, or held the lock for too long: exit 1.
    public static let busy = Code(rawValue: "busy")
  }

  public var code: Code
  /// The alias, value or path it is about.
  public var subject: String
  /// What was tried and why it failed.
  public var reason: String
  /// What to do about it, when something can be said.
  public var advice: String?

  public init(_ code: Code, _ subject: String, _ reason: String, advice: String? = nil) {
    self.code = code
    self.subject = subject
    self.reason = reason
    self.advice = advice
  }
}

extension BookError {
  static func cannotWrite(_ path: FilePath, _ error: Errno) -> BookError {
    BookError(.cannotWrite, path.string, "cannot write: \(error)", advice: advice(error, path))
  }

  static func cannotRead(_ path: FilePath, _ error: Errno) -> BookError {
    BookError(.cannotRead, path.string, "cannot read: \(error)")
  }

  private static func advice(_ error: Errno, _ path: FilePath) -> String? {
    let folder = path.removingLastComponent().string
    switch error {
    case .noSpace: return "free some space on the disk of \(folder) and try again"
    case .permissionDenied, .notPermitted, .readOnlyFileSystem:
      return "make \(folder) writable for this user, or set SKY_HOME to another folder"
    default: return nil
    }
  }
}
