import SystemPackage

/// Reads configuration files line by line and keeps what ssh would keep of them.
///
/// The state of one resolution; a second pass goes over the same files with `isFinal` set.
struct Interpreter {
  let environment: ResolverEnvironment
  let table: KeywordTable
  let algorithms: Algorithms
  /// The name as it was typed.
  let typedHost: [UInt8]
  /// What Host patterns see: the typed name, in the second pass the final host name.
  var host: [UInt8]
  var isFinal = false
  var wantsFinalPass = false
  var settings = Settings()
  var files: [FilePath] = []
  var trace: Trace?
  /// Commands of `Match exec` that the policy kept from running.
  var skippedCommands: [String] = []
  var words = Words()

  /// Why a line is not taken.
  enum Failure: Error {
    /// ssh counts it and goes on to the end of the file.
    case line(String)
    /// ssh stops at once.
    case fatal(ResolveError)
  }

  /// One open file.
  struct Frame {
    var file: Int32
    var line: Int32 = 0
    /// The user's own configuration; otherwise the system's.
    var isUser: Bool
    /// Included from a block that does not apply: parsed, without effect.
    var neverMatches = false
    var isCommandLine = false
    var depth = 0
    var isActive = true
    /// The Host or Match line in force, an index into the trace's blocks.
    var block: Int?
    var problems: [ResolveError.Problem] = []

    var source: SourceLine { SourceLine(file: file, line: line) }
  }

  init(
    environment: ResolverEnvironment, table: KeywordTable, algorithms: Algorithms, host: [UInt8],
    explains: Bool
  ) {
    self.environment = environment
    self.table = table
    self.algorithms = algorithms
    self.typedHost = host
    self.host = host
    self.trace = explains ? Trace() : nil
  }

  /// Goes over all lines of a file that was read; `frame` says how they count.
  mutating func apply(_ bytes: [UInt8], _ frame: inout Frame) throws(ResolveError) {
    for line in LineSequence(bytes) {
      frame.line += 1
      do {
        try apply(line, &frame)
      } catch {
        switch error {
        case .line(let message): frame.problems.append(problem(message, frame))
        case .fatal(let error): throw error
        }
      }
    }
    if !frame.problems.isEmpty { throw ResolveError(.badConfiguration, frame.problems) }
  }

  /// One line, without its end.
  mutating func apply(_ line: Bytes, _ frame: inout Frame) throws(Failure) {
    guard let (keyword, rest) = KeywordSplit.split(line) else { return }
    if rest.isEmpty { throw .line("no argument after keyword \"\(keyword.text)\"") }
    let directive = table.lookUp(keyword)
    guard words.split(rest) else { throw .line("invalid quotes (a quote is not closed)") }
    switch directive {
    case .keyword(let known):
      try apply(known, named: keyword, rest, &frame)
      if !words.isEmpty {
        throw .line("keyword \(keyword.text): extra arguments at end of line")
      }
    case .deprecated, .unsupported: break
    case nil: try ignoreUnknown(keyword)
    }
  }

  private func ignoreUnknown(_ keyword: Bytes) throws(Failure) {
    let name = keyword.lowercasedASCII()
    if let ignored = settings.text(.ignoreunknown),
      Pattern.matchesList(name[...], ignored[...], lowercased: true) == .matched
    {
      return
    }
    let near = Suggestion.nearest(to: name.text, in: Keyword.allCases.lazy.map(\.name))
    throw .line(
      "Bad configuration option: \(name.text)" + (near.map { "; did you mean \($0)?" } ?? ""))
  }

  func problem(_ message: String, _ frame: Frame) -> ResolveError.Problem {
    frame.isCommandLine
      ? .init(message: "command-line: \(message)")
      : .init(file: files[Int(frame.file)], line: Int(frame.line), message: message)
  }

  func fatal(
    _ message: String, _ frame: Frame, _ code: ResolveError.Code = .badConfiguration
  ) -> Failure {
    .fatal(ResolveError(code, [problem(message, frame)]))
  }

  /// First value wins; a line in a block that does not apply sets nothing.
  ///
  /// `value` is made only when somebody wants it: most lines of a long book are in other hosts' blocks.
  mutating func set(_ keyword: Keyword, _ value: @autoclosure () -> Value, _ frame: borrowing Frame)
  {
    guard frame.isActive || trace != nil else { return }
    let isFree = settings[keyword] == nil
    guard isFree || trace != nil else { return }
    let value = value()
    if frame.isActive && isFree {
      settings[keyword] = StoredValue(value: value, source: frame.source, isUser: frame.isUser)
    }
    if trace != nil { record(keyword, value, frame, applied: isFree) }
  }

  mutating func record(
    _ keyword: Keyword, _ value: Value, _ frame: borrowing Frame, applied: Bool, order: Int = 0
  ) {
    let outcome: Trace.Outcome =
      frame.isActive ? (applied ? .applied : .shadowed) : .inactive(block: frame.block ?? 0)
    trace?.add(
      Trace.Event(keyword: keyword, value: value, source: frame.source, outcome: outcome),
      order: order)
  }
}
