extension TaskFile {
  /// Puts the command line over the file, replaces the variables and checks what comes out.
  ///
  /// - Parameter environment: the calling program's environment, read for `--env NAME` only.
  public func resolve(
    _ overrides: TaskOverrides = TaskOverrides(), environment: (String) -> String? = { _ in nil }
  ) throws(TaskError) -> ClusterTask {
    var variables = Variables()
    var task = ClusterTask()
    let secrets = try values(
      of: self.secrets, overrides.secrets, option: "--secret", environment: environment)
    task.secrets = secrets.map { ClusterTask.Variable($0.name, MaskedText(secret: $0.value)) }
    for secret in task.secrets { variables[secret.name] = secret.value }
    let envs = try values(of: self.envs, overrides.envs, option: "--env", environment: environment)
    if let both = envs.first(where: { variables[$0.name] != nil }) {
      throw TaskError(
        .badOption, "\(both.name) is given as an env and as a secret",
        advice: "Give it with --secret when nobody should see its value.")
    }
    task.envs = try expand(envs, &variables)
    task.name = try overrides.name.map(Self.checkName) ?? name
    task.workdir = try resolveWorkdir(overrides.workdir, variables)
    task.numNodes = try overrides.numNodes.map(Self.checkNodes) ?? numNodes
    task.setup = setup
    task.run = run
    task.fileMounts = try resolveMounts(variables)
    task.resources = resources
    task.notices = notices
    try Self.override(&task.resources, overrides.infra)
    return task
  }

  private static func checkName(_ name: String) throws(TaskError) -> String {
    guard Names.isTask(name) else {
      throw TaskError(
        .badOption, "\"\(name)\" is no name for a task",
        advice: "It is made of \(Names.taskRule).")
    }
    return name
  }

  private static func checkNodes(_ count: Int) throws(TaskError) -> Int {
    guard count > 0 else {
      throw TaskError(.badOption, "--num-nodes must be at least 1, not \(count)")
    }
    return count
  }

  private static func override(
    _ resources: inout Resources, _ infra: String?
  ) throws(TaskError) {
    guard let infra else { return }
    switch Infra.kind(of: infra) {
    case .here: resources.infra = infra
    case .cloud:
      throw TaskError(
        .badOption, "--infra \(infra): this program brings up no nodes there",
        advice: "Write \(Infra.form).")
    case .unknown(let suggestion):
      throw TaskError(
        .badOption, "--infra \(infra) is unknown", suggestion: suggestion,
        advice: "Write \(Infra.form).")
    }
  }

  private func resolveWorkdir(
    _ override: String?, _ variables: Variables
  ) throws(TaskError) -> ClusterTask.Workdir? {
    if let override {
      guard !override.isEmpty else { throw TaskError(.badOption, "--workdir is empty") }
      return .folder(MaskedText(override))
    }
    switch workdir {
    case nil: return nil
    case .folder(let path): return .folder(try Self.expandPath(path, variables))
    case .git(let url, let ref):
      let address = try variables.expand(url)
      guard Self.isRepository(address.value) else {
        throw url.error(
          .badValue, "`\(url.path)` is \"\(address)\", which is no address of a repository",
          advice: "Write https://HOST/PATH, ssh://USER@HOST/PATH or USER@HOST:PATH.")
      }
      return .git(
        url: address, ref: try ref.map { (ref) throws(TaskError) in try variables.expand(ref) })
    }
  }

  /// A path that is not empty and no URI.
  static func expandPath(
    _ path: Located<String>, _ variables: Variables
  ) throws(TaskError) -> MaskedText {
    let expanded = try variables.expand(path)
    guard !expanded.value.isEmpty else {
      throw path.error(.badValue, "`\(path.path)` is \"\(path.value)\", which is empty")
    }
    guard BucketURI.scheme(of: expanded.value) == nil else {
      throw path.error(
        .badValue, "`\(path.path)` is \"\(expanded)\", which is a URI and no path here")
    }
    return expanded
  }

  private static func isRepository(_ url: String) -> Bool {
    url.wholeMatch(
      of: /(https?|ssh|git|file):\/\/[^\s\/-]?\S*\/\S+|[\w][\w.-]*@[\w][\w.-]*:[^\s-]\S*/)
      != nil
  }
}
