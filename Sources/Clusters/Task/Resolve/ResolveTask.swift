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
    task.fileMounts = try resolveMounts(variables, besideWorkdir: task.workdir != nil)
    task.resources = resources
    task.resources.batchOptions = batchOptions
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
    case .here:
      resources.infra = infra
      for index in resources.alternatives.indices {
        resources.alternatives[index].infra = infra
        resources.alternatives[index].cloud = nil
      }
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
}
