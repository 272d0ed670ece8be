import SystemPackage

/// Answers what a name means to ssh: the same values and the same refusals as `ssh -G NAME`.
///
/// Stateless and safe to share; a resolution reads the files anew.
public struct Resolver: Sendable {
  /// What the command line adds; it comes before all files.
  public struct Overrides: Equatable, Sendable {
    /// `-l USER`.
    public var user: String?
    /// `-p PORT`.
    public var port: UInt16?
    /// `-o OPTION`, each as one line of a configuration file (`Key=value`).
    public var options: [String]

    public init(user: String? = nil, port: UInt16? = nil, options: [String] = []) {
      self.user = user
      self.port = port
      self.options = options
    }
  }

  public let environment: ResolverEnvironment
  private let table: KeywordTable
  private let algorithms: Algorithms

  public init(environment: ResolverEnvironment) {
    self.environment = environment
    self.table = KeywordTable(profile: environment.profile)
    self.algorithms = Algorithms(profile: environment.profile)
  }

  /// The settings for `name`, which may also be `user@host` or an `ssh://` address.
  ///
  /// `explains` keeps why every line did or did not count (`Resolution.explanation`); it costs time.
  /// - Throws: what ssh would refuse, with file and line; `undecided` where ssh might know more.
  public func resolve(
    _ name: String, overrides: Overrides = Overrides(), explains: Bool = false
  ) throws(ResolveError) -> Resolution {
    let target = try destination(name)
    let user = overrides.user.map { Array($0.utf8) } ?? target.user
    if let user, !RequestCheck.isValidUser(user) {
      throw ResolveError(.badRequest, "the user name \(user.text) contains invalid characters")
    }
    guard RequestCheck.isValidHost(target.host) else {
      throw ResolveError(
        .badRequest, "the host name \(target.host.text) contains invalid characters")
    }
    var interpreter = Interpreter(
      environment: environment, table: table, algorithms: algorithms, host: target.host,
      explains: explains)
    try interpreter.applyCommandLine(
      overrides, user: user, port: overrides.port.map(Int.init) ?? target.port)
    try interpreter.readAll()
    try interpreter.canonicalizeAndReadAgain()
    return Resolution(name: target.host.text, finish: try Finish(interpreter))
  }

  private func destination(_ name: String) throws(ResolveError) -> Destination {
    let bytes = Bytes(name)
    switch Destination.uri(bytes, port: environment.port) {
    case .parsed(let destination): return destination
    case .invalid: throw ResolveError(.badRequest, "\(name) is not an ssh:// address")
    case .notURI: break
    }
    guard let (user, host) = bytes.split(atLast: .at) else {
      return Destination(user: nil, host: Array(bytes), port: nil)
    }
    if user.isEmpty { throw ResolveError(.badRequest, "\(name) has an empty user name") }
    return Destination(user: Array(user), host: Array(host), port: nil)
  }
}

extension Interpreter {
  mutating func applyCommandLine(
    _ overrides: Resolver.Overrides, user: [UInt8]?, port: Int?
  ) throws(ResolveError) {
    var frame = Frame(file: -1, isUser: true)
    frame.isCommandLine = true
    if overrides.user != nil, let user { set(.user, .text(user), frame) }
    if overrides.port != nil, let port { set(.port, .number(port), frame) }
    for option in overrides.options {
      do {
        try apply(LineSequence.trimmed(Bytes(option)), &frame)
      } catch {
        switch error {
        case .line(let message):
          throw ResolveError(.badRequest, [problem("-o \(option): \(message)", frame)])
        case .fatal(let error): throw error
        }
      }
    }
    if let user { set(.user, .text(user), frame) }
    if let port { set(.port, .number(port), frame) }
  }

  /// One pass over all files that configure ssh.
  mutating func readAll() throws(ResolveError) {
    let user = Frame(file: -1, isUser: true)
    switch environment.source {
    case .none: return
    case .file(let path): try read(path, user, checked: false, whenUnopened: .refuse)
    case .own(let path): try read(path, user, checked: false, whenUnopened: .passOverMissing)
    case .standard:
      // ssh passes over its own two files when it cannot open them.
      let own = environment.passwdHome.appending(".ssh").appending("config")
      try read(own, user, checked: true, whenUnopened: .passOver)
      let system = Frame(file: -1, isUser: false)
      try read(environment.systemConfig, system, checked: false, whenUnopened: .passOver)
    }
  }
}
