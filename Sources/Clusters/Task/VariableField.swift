/// One entry of `envs` or `secrets` as it is written.
struct VariableField: Equatable, Sendable {
  var name: Located<String>
  /// nil for null: the command line has to give it.
  var value: Located<String>?

  /// Reads `envs`.
  static func list(
    _ mapping: YAMLValue, _ notices: inout [Notice]
  ) throws(TaskError) -> [VariableField] {
    var variables: [VariableField] = []
    for entry in try Fields(mapping, wanted: "a mapping of `NAME: value`").entries {
      guard Names.isVariable(entry.key) else {
        let shown = mapping.isSecret ? "a key of `secrets`" : "`\(entry.key)` in `\(mapping.path)`"
        throw TaskError(
          .badValue, "\(shown) is no name for a variable", at: entry.place,
          advice: "It is made of \(Names.variableRule).")
      }
      variables.append(
        VariableField(
          name: Located(entry.key, entry.value.path, entry.place),
          value: try read(entry.value, &notices)))
    }
    return variables
  }

  /// Reads `secrets`: as `envs`, with errors that quote nothing.
  static func secrets(
    _ value: YAMLValue, _ notices: inout [Notice]
  ) throws(TaskError) -> [VariableField] {
    guard !value.isList else { throw noStore(value) }
    var hidden = value
    hidden.isSecret = true
    return try list(hidden, &notices)
  }

  static func noStore(_ value: YAMLValue) -> TaskError {
    value.error(
      .unsupported, "`\(value.path)` names secrets of a SkyPilot server, and there is none here",
      advice: "Write `secrets:` with a line `NAME: null` for each, and give it with --secret NAME.")
  }

  /// Numbers and booleans become text as they do in SkyPilot; where that is not the text as it is
  /// written, a notice says so.
  private static func read(
    _ value: YAMLValue, _ notices: inout [Notice]
  ) throws(TaskError) -> Located<String>? {
    if value.isNull { return nil }
    guard let text = value.scalar?.pythonText else { return value.located(try value.text()) }
    if text != value.word {
      notices.append(
        Notice(
          value.isSecret
            ? "`\(value.path)` is no text to YAML and changes; put it in quotes to keep it"
            : "`\(value.path)` is set to \"\(text)\": so YAML reads \(value.word); "
              + "put it in quotes to keep it",
          at: value.place))
    }
    return value.located(text)
  }
}
