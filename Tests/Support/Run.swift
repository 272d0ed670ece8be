import Subprocess
import SystemPackage

/// What a finished program left behind.
public struct ProgramResult: Sendable {
  /// The exit code, or 128 + the signal's number.
  public var status: Int32
  public var output: [UInt8]
  public var errorOutput: [UInt8]

  public var text: String { String(decoding: output, as: UTF8.self) }
  public var errorText: String { String(decoding: errorOutput, as: UTF8.self) }
}

/// Runs a program found in PATH to its end: no shell, arguments as they are.
public func run(
  _ program: String, _ arguments: [String], input: [UInt8] = [],
  environment: [String: String] = [:], in folder: FilePath? = nil
) async throws -> ProgramResult {
  var overrides: [Environment.Key: String?] = [:]
  for (name, value) in environment { overrides[Environment.Key(rawValue: name) ?? "_"] = value }
  let result = try await Subprocess.run(
    program.contains("/") ? .path(.init(program)) : .name(program),
    arguments: Arguments(arguments),
    environment: .inherit.updating(overrides),
    workingDirectory: folder.map { .init($0.string) },
    input: .array(input),
    output: .bytes(limit: 256 << 20),
    error: .bytes(limit: 16 << 20))
  let status: Int32 =
    switch result.terminationStatus {
    case .exited(let code): code
    case .signaled(let signal): 128 + signal
    }
  return ProgramResult(
    status: status, output: result.standardOutput, errorOutput: result.standardError)
}
