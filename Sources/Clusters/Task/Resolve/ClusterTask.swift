/// A task with every variable replaced and every check passed: what is done to the nodes.
///
/// (Not called `Task`, which would hide Swift's own.)
public struct ClusterTask: Equatable, Sendable {
  /// The task's code.
  public enum Workdir: Equatable, Sendable {
    /// A folder here, as written: `~` and relative paths are not expanded.
    case folder(MaskedText)
    /// A repository that each node clones; `ref` is a branch, tag or commit, nil for its default.
    case git(url: MaskedText, ref: MaskedText?)
  }

  /// One variable of the task's environment.
  public struct Variable: Equatable, Sendable {
    public var name: String
    public var value: MaskedText

    public init(_ name: String, _ value: MaskedText) {
      self.name = name
      self.value = value
    }
  }

  public var name: String?
  public var workdir: Workdir?
  /// nil when neither the file nor the command line says: one for a new cluster.
  public var numNodes: Int?
  /// nil when there is nothing to set up.
  public var setup: String?
  /// nil when there is nothing to run.
  public var run: String?
  /// In the order of the file, then those of the command line.
  public var envs: [Variable] = []
  public var secrets: [Variable] = []
  public var fileMounts: [FileMount] = []
  public var resources = Resources()
  /// What the file asks for and does not get.
  public var notices: [Notice] = []

  public init() {}

  /// All variables for the task's own shell: envs, then secrets.
  public var variables: [Variable] { envs + secrets }
}
