import SkySync

/// A script of ours at work on a node: sent to `/bin/sh` over standard input, its answers read by mark.
///
/// One compound command, so that the shell has read all of it before it begins, and what is sent later
/// is left for the script to read.
struct NodeScript: Sendable {
  let host: any CommandHost
  let command: any RemoteCommand
  /// What our answers begin with; nobody can guess it.
  let mark: String

  /// - Parameters:
  ///   - settings: shell variables with their values as shell expressions, put in front.
  ///   - body: statements; one that does not exit ends the script at its end.
  static func start(
    _ body: String, settings: [(String, String)], on host: any CommandHost
  ) async throws(SyncError) -> NodeScript {
    let mark = "sky-" + String(UInt64.random(in: .min ... .max), radix: 36)
    let lines = (settings + [("M", mark)]).map { "\($0.0)=\($0.1)\n" }.joined()
    let text = "{\n\(lines)U=$(umask)\n\(JobScripts.common)\(body)exit 0\n}\n"
    let command = try await host.start("exec /bin/sh")
    let script = NodeScript(host: host, command: command, mark: mark)
    do {
      try await command.write(Array(text.utf8))
    } catch {
      await command.abandon()
      throw error
    }
    return script
  }

  /// Runs a script that asks nothing to its end and returns its answers, each as its words.
  static func answers(
    _ body: String, settings: [(String, String)], on host: any CommandHost
  ) async throws(SyncError) -> [[String]] {
    let script = try await start(body, settings: settings, on: host)
    let conversation = NodeConversation(script)
    do throws(SyncError) {
      try await script.command.finishInput()
      var answers: [[String]] = []
      while let words = try await conversation.next() { answers.append(words) }
      _ = try await script.command.outcome()
      guard !answers.isEmpty else { throw await conversation.noAnswer() }
      return answers
    } catch {
      await script.command.abandon()
      throw error
    }
  }

  /// The words of a line of ours, nil for any other line.
  func words(of line: some Collection<UInt8>) -> [String]? {
    let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard let first = words.first, first == mark else { return nil }
    return words.dropFirst().map(String.init)
  }
}
