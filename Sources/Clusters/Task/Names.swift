/// Which names may be given to tasks and to variables.
enum Names {
  /// SkyPilot's rule for the name of a task.
  static func isTask(_ name: String) -> Bool {
    name.wholeMatch(of: /[a-zA-Z0-9]+([._-]{1,2}[a-zA-Z0-9]+)*/) != nil
  }

  /// What a shell takes for the name of a variable (POSIX.1-2017, XBD 3.235).
  static func isVariable(_ name: String) -> Bool {
    name.wholeMatch(of: /[a-zA-Z_][a-zA-Z0-9_]*/) != nil
  }

  static let taskRule = "letters and digits, joined by `-`, `_` or `.`"
  static let variableRule = "letters, digits and `_`, not beginning with a digit"
}
