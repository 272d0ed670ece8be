/// What programs started here find in their environment.
enum ProgramEnvironment {
  /// The user's own variables, as `NAME=value`.
  static func keys(_ user: [String: String]) -> [[UInt8]] {
    user.map { Array("\($0.key)=\($0.value)".utf8) }
  }

  /// For rclone: the user's variables without those that would change what it does, and the remote's.
  static func rclone(
    _ user: [String: String], remote: [String: MaskedText]
  ) -> [[UInt8]] {
    let strange = ["AWS_", "RCLONE_", "GOOGLE_APPLICATION_CREDENTIALS"]
    var variables = user.filter { name, _ in !strange.contains { name.hasPrefix($0) } }
    // An S3 store behind a private authority; rclone before 1.61 breaks over the variable itself.
    if let authority = user["AWS_CA_BUNDLE"], !authority.isEmpty,
      remote.values.contains(where: { $0.value == "s3" })
    {
      variables["RCLONE_CA_CERT"] = authority
    }
    for (name, value) in remote { variables[name] = value.value }
    return keys(variables)
  }
}
