import Subprocess

extension VersionProfile {
  /// Asks the `ssh` found in PATH for its version; nil when there is none or it is no OpenSSH.
  public static func installed() async -> VersionProfile? {
    let result = try? await Subprocess.run(
      .name("ssh"), arguments: ["-V"], output: .discarded, error: .string(limit: 4096))
    return result.flatMap { VersionProfile(banner: $0.standardError) }
  }
}
