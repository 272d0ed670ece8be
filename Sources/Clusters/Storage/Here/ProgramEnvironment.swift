import Subprocess

/// What programs started here find in their environment.
enum ProgramEnvironment {
  static func exactly(_ variables: [String: String]) -> Environment {
    var named: [Environment.Key: String] = [:]
    for (name, value) in variables {
      if let key = Environment.Key(rawValue: name) { named[key] = value }
    }
    return .custom(named)
  }

  /// For rclone: the user's variables without those that would change what it does, and the remote's.
  static func rclone(
    _ user: [String: String], remote: [String: MaskedText]
  ) -> Environment {
    let strange = ["AWS_", "RCLONE_", "GOOGLE_APPLICATION_CREDENTIALS"]
    var variables = user.filter { name, _ in !strange.contains { name.hasPrefix($0) } }
    for (name, value) in remote { variables[name] = value.value }
    return exactly(variables)
  }
}
