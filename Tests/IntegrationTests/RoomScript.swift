import Support
import Testing

extension SkyRoom {
  /// Runs a shell script in the room's home folder; `sky` is in PATH, and words after the script are `$1` ….
  func script(
    _ text: String, _ arguments: [String] = [], input: [UInt8] = [],
    environment: [String: String] = [:]
  ) async throws -> ProgramResult {
    let path = "\(SkyProgram.path.removingLastComponent()):/usr/local/bin:/usr/bin:/bin:/usr/sbin"
    return try await run(
      "sh", ["-c", "umask 022; " + text, "sh"] + arguments, input: input,
      environment: ["PATH": path].merging(environment) { $1 })
  }

  /// Runs a script that has to work; what it printed.
  @discardableResult
  func good(
    _ text: String, _ arguments: [String] = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> String {
    let result = try await script(text, arguments)
    try #require(
      result.status == 0, "\(text): \(result.text)\(result.errorText)",
      sourceLocation: sourceLocation)
    return result.text
  }
}

/// One command of a scripted session, and how it has to end.
struct ScriptStep: Sendable, ExpressibleByStringLiteral {
  var script: String
  var status: Int32 = 0
  /// All that it prints, where that is known; otherwise words that stdout has to have.
  var prints: String?
  var says: [String] = []
  /// Words that stderr has to have.
  var complains: [String] = []

  init(
    _ script: String, status: Int32 = 0, prints: String? = nil, says: [String] = [],
    complains: [String] = []
  ) {
    self.script = script
    self.status = status
    self.prints = prints
    self.says = says
    self.complains = complains
  }

  init(stringLiteral script: String) { self.init(script) }
}

extension SkyRoom {
  /// Runs the steps one after the other, each judged for itself.
  func expect(
    _ steps: [ScriptStep], environment: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    for step in steps {
      let result = try await script(step.script, environment: environment)
      let story = "\(step.script)\n\(result.status)\n\(result.text)\n\(result.errorText)"
      #expect(result.status == step.status, "\(story)", sourceLocation: sourceLocation)
      if let prints = step.prints {
        #expect(result.text == prints, "\(story)", sourceLocation: sourceLocation)
      }
      for words in step.says {
        #expect(result.text.contains(words), "\(story)", sourceLocation: sourceLocation)
      }
      for words in step.complains {
        #expect(result.errorText.contains(words), "\(story)", sourceLocation: sourceLocation)
      }
    }
  }
}
