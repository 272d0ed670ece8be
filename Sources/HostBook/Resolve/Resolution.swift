import SystemPackage

/// The answer for one name: every setting, and the line it comes from.
public struct Resolution: Sendable {
  /// A line of a configuration file.
  public struct Origin: Equatable, Hashable, Sendable {
    public var file: FilePath
    /// From 1.
    public var line: Int

    public init(file: FilePath, line: Int) {
      self.file = file
      self.line = line
    }
  }

  /// One line of `ssh -G`.
  public struct Setting: Equatable, Sendable {
    public var key: String
    public var value: String
    /// nil for a default and for what the command line said.
    public var origin: Origin?
    /// Values of later lines that lost against this one; filled when explanations were asked for.
    public var overrides: [Override]
  }

  public struct Override: Equatable, Sendable {
    public var value: String
    public var origin: Origin
  }

  /// A line that sets nothing for this name.
  public struct UnusedLine: Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
      /// An earlier line had set the keyword.
      case shadowed(by: Origin?)
      /// The value is in the list already.
      case repeated
      /// The Host or Match block around it does not apply; `because` says which pattern or criterion.
      case blockDoesNotApply(header: String, origin: Origin?, because: String)
    }

    public var key: String
    public var value: String
    public var origin: Origin
    public var reason: Reason
  }

  public var host: ResolvedHost
  /// The same settings as `host`, in the same order.
  public var values: [Setting]
  /// Only when explanations were asked for, in the order of the files.
  public var unusedLines: [UnusedLine]
  /// `Match exec` commands that were not run; values may differ from what ssh would use.
  public var skippedCommands: [String]
  /// Files that were read, in the order of their first reading.
  public var files: [FilePath]
}
