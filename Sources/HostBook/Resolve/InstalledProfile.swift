import SystemPackage

extension VersionProfile {
  /// Asks the `ssh` found in PATH for its version; nil when there is none or it is no OpenSSH.
  ///
  /// Blocks for the few milliseconds that `ssh -V` takes.
  public static func installed() -> VersionProfile? {
    guard let result = try? Program.run(["ssh", "-V"]) else { return nil }
    return VersionProfile(banner: String(decoding: result.errorOutput, as: UTF8.self))
  }
}
