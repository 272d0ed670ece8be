import SkySync

/// Runs the library's operations on a node. All that a script needs, keys too, goes through its standard
/// input: no process list ever shows it.
struct StorageScript: Sendable {
  let host: any CommandHost

  /// Runs `operation` with `values` as its shell variables.
  ///
  /// - Parameters:
  ///   - onSay: sees each line of the script as it comes.
  ///   - onLog: sees each line of rclone's log as it comes.
  func run(
    _ operation: String, _ values: [String: MaskedText],
    onSay: @escaping @Sendable (NodeAnswer.Line) -> Void = { _ in },
    onLog: @escaping @Sendable (LogLine) -> Void = { _ in }
  ) async throws(StorageError) -> NodeAnswer {
    do {
      let command = try await host.start("exec /bin/sh -s")
      return try await withTaskCancellationHandler {
        try await talk(command, Self.text(operation, values), onSay, onLog)
      } onCancel: {
        Task { await command.abandon() }
      }
    } catch let error as SyncError {
      throw StorageError(error, Task.isCancelled)
    } catch {
      throw StorageError(.cancelled, host.name, "interrupted")
    }
  }

  /// The script is a function, so that the shell has read all of it before anything is run.
  static func text(_ operation: String, _ values: [String: MaskedText]) -> [UInt8] {
    var all: [String: MaskedText] = [
      "library": MaskedText(NodeLibrary.text), "configuration": "", "google": "", "authority": "",
      "target": "",
      "patience": "600", "force": "no", "keep": "no",
    ]
    all.merge(values) { $1 }
    let script = """
      main() {
      \(ShellText.assignments(all))
      eval "$library"
      operation_\(operation)
      }
      main </dev/null
      exit

      """
    return Array(script.utf8)
  }

  private func talk(
    _ command: any RemoteCommand, _ script: [UInt8],
    _ onSay: @escaping @Sendable (NodeAnswer.Line) -> Void,
    _ onLog: @escaping @Sendable (LogLine) -> Void
  ) async throws -> NodeAnswer {
    async let lines = Self.lines(command, onSay)
    async let log = Self.log(command, onLog)
    do throws(SyncError) {
      try await command.write(script)
      try await command.finishInput()
    } catch {
      // The shell went before it had read all; how it ended says more.
      if error.code == .cancelled { throw error }
    }
    let said = try await lines
    let logged = try await log
    return NodeAnswer(lines: said, log: logged, outcome: try await command.outcome())
  }

  private static func lines(
    _ command: any RemoteCommand, _ onSay: @Sendable (NodeAnswer.Line) -> Void
  ) async throws(SyncError) -> [NodeAnswer.Line] {
    var splitter = LineSplitter()
    var all: [NodeAnswer.Line] = []
    while let piece = try await command.read() {
      for line in splitter.lines(piece).compactMap({ NodeAnswer.Line($0) }) {
        onSay(line)
        all.append(line)
      }
    }
    return all
  }

  private static func log(
    _ command: any RemoteCommand, _ onLog: @Sendable (LogLine) -> Void
  ) async throws(SyncError) -> [LogLine] {
    var splitter = LineSplitter()
    var all: [LogLine] = []
    while let piece = try await command.readError() {
      for line in splitter.lines(piece).compactMap({ LogLine($0) }) {
        onLog(line)
        if line.stats == nil, all.count < 10_000 { all.append(line) }
      }
    }
    return all
  }
}

extension StorageError {
  /// A connection that failed; the same words, seen from here.
  init(_ error: SyncError, _ isCancelled: Bool) {
    let isCancelled = isCancelled || error.code == .cancelled
    self.init(
      isCancelled ? .cancelled : .nodeLost, error.subject, error.reason, advice: error.advice)
  }
}
