extension TaskFile {
  /// A variable whose value is known; `text` is set when it comes from the file.
  struct Given {
    var name: String
    var value: String
    var text: Located<String>?
  }

  /// The variables of the file with those of the command line over them and behind them.
  func values(
    of fields: [VariableField], _ overrides: [TaskOverrides.Assignment], option: String,
    environment: (String) -> String?
  ) throws(TaskError) -> [Given] {
    var given: [String: String] = [:]
    var added: [String] = []
    for override in overrides {
      guard let value = override.value ?? environment(override.name) else {
        throw TaskError(
          .badOption, "\(option) \(override.name): the environment has no \(override.name)",
          advice: "Give \(option) \(override.name)=VALUE, or set it before calling sky.")
      }
      guard !value.unicodeScalars.contains("\0") else {
        throw TaskError(.badOption, "\(option) \(override.name) holds a NUL character")
      }
      given[override.name] = value
      let isKnown = fields.contains { $0.name.value == override.name }
      if !isKnown, !added.contains(override.name) { added.append(override.name) }
    }
    try checkMissing(fields, given, option)
    let fromFile = fields.map { field in
      given[field.name.value].map { Given(name: field.name.value, value: $0) }
        ?? Given(name: field.name.value, value: field.value?.value ?? "", text: field.value)
    }
    return fromFile + added.map { Given(name: $0, value: given[$0] ?? "") }
  }

  private func checkMissing(
    _ fields: [VariableField], _ given: [String: String], _ option: String
  ) throws(TaskError) {
    let missing = fields.filter { $0.value == nil && given[$0.name.value] == nil }
    guard let first = missing.first else { return }
    let names = missing.map { "`\($0.name.path)`" }.joined(separator: ", ")
    let options = missing.map { "\(option) \($0.name.value)=VALUE" }.joined(separator: " ")
    throw first.name.error(
      .missingValue, "\(names) \(missing.count == 1 ? "has" : "have") no value",
      advice: "Give \(options), or the name alone to take it from your environment.")
  }

  /// Replaces `${NAME}` in values of the file, whatever their order; fills `variables`.
  func expand(
    _ envs: [Given], _ variables: inout Variables
  ) throws(TaskError) -> [ClusterTask.Variable] {
    var expansion = Expansion(envs: envs, variables: variables)
    for env in envs { try expansion.expand(env, []) }
    variables = expansion.variables
    return envs.map { ClusterTask.Variable($0.name, expansion.variables[$0.name] ?? "") }
  }
}

/// Expands envs that refer to each other, each after those that it needs.
private struct Expansion {
  let envs: [TaskFile.Given]
  var variables: Variables

  mutating func expand(_ env: TaskFile.Given, _ users: [String]) throws(TaskError) {
    guard variables[env.name] == nil else { return }
    guard let text = env.text else {
      variables[env.name] = MaskedText(env.value)
      return
    }
    let chain = users + [env.name]
    for name in Variables.names(in: text.value) {
      if let start = chain.firstIndex(of: name) {
        throw Self.circle(text, Array(chain[start...]))
      }
      if let needed = envs.first(where: { $0.name == name }) { try expand(needed, chain) }
    }
    variables[env.name] = variables.expandValue(text.value)
  }

  private static func circle(_ text: Located<String>, _ names: [String]) -> TaskError {
    let chain = (names + [names[0]]).joined(separator: " -> ")
    return text.error(
      .badValue, "`\(text.path)` needs its own value: \(chain)",
      advice: "To add to a variable of the node, export it in `setup` or `run`.")
  }
}
