import Yams

/// A task file as it is written: every value with its place, no variable replaced yet.
///
/// Understands the fields of SkyPilot's task files (https://docs.skypilot.co, "Task YAML"). What only a
/// cloud has is checked, left out, and named in `notices`.
public struct TaskFile: Equatable, Sendable {
  var name: String?
  var workdir: WorkdirField?
  var numNodes: Int?
  var setup: String?
  var run: String?
  var envs: [VariableField] = []
  var secrets: [VariableField] = []
  var fileMounts: [MountField] = []
  var resources = Resources()
  var batchOptions: [BatchOption] = []
  /// What the file asks for and does not get, in the order of the file.
  public var notices: [Notice] = []

  /// A task of nothing: brings nodes up.
  public init() {}

  /// A task that runs `command` in the node's shell, as `sky launch 'echo hi'` does.
  public init(command: String) {
    run = command
  }

  /// Reads a task file.
  ///
  /// - Parameter file: what errors call it, as the user named it.
  public init(parsing bytes: [UInt8], file: String) throws(TaskError) {
    let root = try YAMLDocument.root(of: bytes, file: file)
    guard !root.isNull else {
      throw root.error(
        .wrongType, "holds no task",
        advice: "The smallest one is a line such as `run: echo hello`.")
    }
    guard root.isMapping else {
      throw root.mustBe("a mapping such as `run: echo hello`")
    }
    let fields = try Fields(
      root, known: Self.known, listed: Self.own, synonyms: Self.synonyms,
      elsewhere: Self.elsewhere)
    for entry in fields.entries {
      if entry.value.isNull {
        noteTilde(entry.value)
      } else {
        try read(entry.key, entry.value)
      }
    }
    try checkVariables()
  }

  /// The keys that do something.
  private static let own = [
    "name", "workdir", "num_nodes", "setup", "run", "envs", "secrets", "file_mounts", "resources",
  ]

  static let known =
    own + ["volumes", "volume_mounts", "managed_secrets"] + CloudFields.task.map(\.key)

  private static let synonyms = [
    "cmd": "run", "command": "run", "commands": "run", "script": "run", "entrypoint": "run",
    "nodes": "num_nodes", "nnodes": "num_nodes", "replicas": "num_nodes", "env_vars": "envs",
    "environment": "envs", "mounts": "file_mounts", "storage": "file_mounts",
    "storage_mounts": "file_mounts", "dir": "workdir", "cwd": "workdir", "working_dir": "workdir",
    "install": "setup", "title": "name",
  ]

  private static func elsewhere(_ key: String) -> String? {
    guard Resources.known.contains(key) else { return nil }
    return "It belongs below `resources`, indented by two spaces."
  }

  private mutating func read(_ key: String, _ value: YAMLValue) throws(TaskError) {
    switch key {
    case "name": name = try Self.readName(value)
    case "workdir": workdir = try WorkdirField(value)
    case "num_nodes": numNodes = try value.int(1...Int.max)
    case "setup": setup = try Self.readScript(value)
    case "run": run = try Self.readScript(value)
    case "envs": envs = try VariableField.list(value, &notices)
    case "secrets": secrets = try VariableField.secrets(value, &notices)
    case "file_mounts": fileMounts = try MountField.list(value)
    case "resources": resources = try Resources(value, &notices)
    case "config": batchOptions = try BatchOption.read(value, &notices)
    case "volumes", "volume_mounts": throw Self.noVolumes(value)
    case "managed_secrets": throw VariableField.noStore(value)
    default: notices += try CloudFields.notices(for: key, value, in: CloudFields.task)
    }
  }

  /// `workdir: ~` names no folder, and looks as if it did.
  private mutating func noteTilde(_ value: YAMLValue) {
    guard value.path == "workdir", value.word == "~" else { return }
    notices.append(
      Notice(
        "`workdir` is nothing: so YAML reads ~ alone; put it in quotes to send your home",
        at: value.place))
  }

  private static func readName(_ value: YAMLValue) throws(TaskError) -> String {
    let name = try value.text()
    guard Names.isTask(name) else {
      throw value.bad("is \"\(name)\"", advice: "A task's name is made of \(Names.taskRule).")
    }
    return name
  }

  private static func readScript(_ value: YAMLValue) throws(TaskError) -> String? {
    guard !value.isList else {
      let key = value.path
      throw value.mustBe(
        "text", advice: "Write `\(key): |` and the commands below it, one a line, without dashes.")
    }
    let text = try value.text()
    return text.allSatisfy(\.isWhitespace) ? nil : text
  }

  static func noVolumes(_ value: YAMLValue) -> TaskError {
    value.error(
      .unsupported,
      "`\(value.path)` needs volumes of a cloud or of Kubernetes, which nodes here lack",
      advice: "Use `file_mounts` for data from here, or a bucket with `mode: MOUNT`.")
  }

  private func checkVariables() throws(TaskError) {
    for secret in secrets {
      guard let env = envs.first(where: { $0.name.value == secret.name.value }) else { continue }
      throw env.name.error(
        .badValue, "`\(env.name.value)` stands in `envs` and in `secrets`",
        advice: "Keep it in `secrets` when nobody should see its value.")
    }
  }
}
