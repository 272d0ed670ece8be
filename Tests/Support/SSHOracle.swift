import Subprocess
import SystemPackage

/// What the installed `ssh -G` makes of a configuration.
public struct SSHOracle: Sendable {
  public enum Answer: Equatable, Sendable {
    /// The lines it printed.
    case settings([String])
    /// It refused; what it said.
    case refused(String)
  }

  /// The environment of the program, nothing else: no test depends on the caller's.
  public var variables: [String: String]
  public var folder: FilePath

  public init(variables: [String: String], folder: FilePath) {
    self.variables = variables
    self.folder = folder
  }

  /// Runs `ssh -F CONFIG OPTIONS -G HOST`; `config` may be `none`.
  ///
  /// Runs the configuration's `Match exec`, so only for configurations that a test wrote or neutralised.
  public func resolve(
    _ host: String, config: String, options: [String] = []
  ) async throws -> Answer {
    var environment: [Environment.Key: String] = [:]
    for (name, value) in variables { environment[Environment.Key(rawValue: name) ?? "_"] = value }
    let result = try await Subprocess.run(
      .path("/usr/bin/timeout"),
      arguments: Arguments(["20", "ssh", "-F", config] + options + ["-G", "--", host]),
      environment: .custom(environment), workingDirectory: .init(folder.string),
      input: .none, output: .bytes(limit: 1 << 20), error: .bytes(limit: 1 << 20))
    guard result.terminationStatus == .exited(0) else {
      return .refused(String(decoding: result.standardError, as: UTF8.self))
    }
    let text = String(decoding: result.standardOutput, as: UTF8.self)
    return .settings(text.split(separator: "\n").map(String.init))
  }
}
