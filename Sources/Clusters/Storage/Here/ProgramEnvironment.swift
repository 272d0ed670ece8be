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
    // An S3 store behind a private authority; rclone before 1.61 breaks over the variable itself.
    if let authority = user["AWS_CA_BUNDLE"], !authority.isEmpty,
      remote.values.contains(where: { $0.value == "s3" })
    {
      variables["RCLONE_CA_CERT"] = authority
    }
    for (name, value) in remote { variables[name] = value.value }
    return exactly(variables)
  }
}
