/// What the command line says about a task; it wins over the file.
public struct TaskOverrides: Equatable, Sendable {
  /// `--env NAME=VALUE`, `--env NAME`, and the like.
  public struct Assignment: Equatable, Sendable {
    public var name: String
    /// nil: taken from the environment of the calling program.
    public var value: String?

    public init(_ name: String, _ value: String?) {
      self.name = name
      self.value = value
    }

    /// Reads `NAME=VALUE` or `NAME`.
    ///
    /// - Parameter option: `--env` or `--secret`, for errors; these quote no value.
    public init(parsing text: String, option: String) throws(TaskError) {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = parts.first.map(String.init), Names.isVariable(name) else {
        // What stands there may be the secret itself.
        throw TaskError(
          .badOption, "\(option) needs NAME=VALUE, or NAME to take it from the environment",
          advice: "A name is made of \(Names.variableRule).")
      }
      self.init(name, parts.count == 2 ? String(parts[1]) : nil)
    }
  }

  public var name: String?
  public var workdir: String?
  public var numNodes: Int?
  public var infra: String?
  /// The entries of `--env-file` first, then `--env`: the last of a name wins.
  public var envs: [Assignment] = []
  public var secrets: [Assignment] = []

  public init() {}
}
