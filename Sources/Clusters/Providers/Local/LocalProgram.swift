import Subprocess
import SystemPackage

/// Runs one of the programs that local nodes are made with, to its end.
enum LocalProgram {
  struct Outcome {
    /// The exit code, or 128 + the signal's number.
    var status: Int32
    /// What it said on standard error, without the last line end.
    var complaint: String
  }

  /// No shell: arguments as they are. Standard input is empty and standard output thrown away.
  static func run(
    _ program: FilePath, _ arguments: [String], options: PlatformOptions = PlatformOptions()
  ) async throws(ProviderError) -> Outcome {
    do {
      let result = try await Subprocess.run(
        .path(program), arguments: Arguments(arguments), platformOptions: options, input: .none,
        output: .discarded, error: .bytes(limit: 64 << 10))
      let status: Int32 =
        switch result.terminationStatus {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
      let words = String(decoding: result.standardError, as: UTF8.self)
      return Outcome(status: status, complaint: lastLines(of: words, 3))
    } catch is CancellationError {
      throw .cancelled(program.string)
    } catch {
      throw ProviderError(.unavailable, program.string, "cannot be run: \(error)")
    }
  }

  /// Runs it and takes any exit code but 0 as failure to do `what`.
  static func need(
    _ program: FilePath, _ arguments: [String], for subject: FilePath, code: ProviderError.Code,
    _ what: String
  ) async throws(ProviderError) {
    let outcome = try await run(program, arguments)
    guard outcome.status == 0 else {
      let why = outcome.complaint.isEmpty ? "exit code \(outcome.status)" : outcome.complaint
      throw ProviderError(code, subject.string, "\(what): \(why)")
    }
  }

  static func lastLines(of text: String, _ count: Int) -> String {
    text.split(separator: "\n").suffix(count).joined(separator: "; ")
  }
}
