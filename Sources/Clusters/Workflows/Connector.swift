import HostBook
import SkySync
import SystemPackage

/// Opens connections to names, each resolved exactly as ssh would, jump hosts included.
///
/// One for a process: its connections share unlocked keys and the connections to jump hosts.
public struct Connector: Sendable {
  private let resolver: Resolver
  private let options: ConnectionOptions
  /// The names of the book, for "did you mean".
  private let aliases: @Sendable () -> [String]

  /// - Parameter options: how to ask for passphrases and about unknown host keys.
  public init(_ home: SkyHome, options: ConnectionOptions = ConnectionOptions()) async {
    let resolver = Resolver(
      environment: .live(
        profile: .installed() ?? .portable10_5, source: .of(home)))
    var options = options
    options.resolveJump = { name throws(SyncError) in try Self.resolve(name, resolver) }
    self.resolver = resolver
    aliases = { (try? BookStore(home).read().entries.map(\.alias)) ?? [] }
    let passwords = PoolPasswords(home: home, resolver: resolver)
    options.password = { [typed = options.password] host, attempt in
      if attempt == 1, let known = passwords.password(for: host) { return known }
      return await typed?(host, attempt)
    }
    if options.openSSH == nil {
      options.openSSH = OpenSSHUse(
        config: Self.config(home), sockets: SocketPath.folder(home),
        mayAsk: options.passphrase != nil)
    }
    self.options = options
  }

  /// Throws `unknownHost` for a name that is no alias and no host, `badConfiguration` when ssh's
  /// configuration cannot be read.
  public func connect(_ name: String) async throws(SyncError) -> any NodeConnection {
    let host = try Self.resolve(name, resolver)
    do throws(SyncError) {
      return try await NodeOpening.open(host, options: options)
    } catch {
      throw asTyped(error, host)
    }
  }

  /// Connects to what `resolve` has found.
  public func connect(_ host: ResolvedHost) async throws(SyncError) -> any NodeConnection {
    do throws(SyncError) {
      return try await NodeOpening.open(host, options: options)
    } catch {
      throw Self.asConfigured(error)
    }
  }

  /// Who typed a name that ssh's configuration says nothing of meant an alias.
  private func asTyped(_ error: SyncError, _ host: ResolvedHost) -> SyncError {
    let typed = host.name.split(separator: "@").last.map(String.init) ?? host.name
    guard error.code == .unknownHost, host.proxyJump == nil, host.hostname == typed.lowercased()
    else { return Self.asConfigured(error) }
    let near = Suggestion.nearest(to: typed, in: aliases())
    return SyncError(
      .unknownHost, host.name, error.reason + (near.map { "; did you mean \($0)?" } ?? ""),
      advice: "`sky hosts list` shows the aliases; for other hosts check the name service")
  }

  private static func asConfigured(_ error: SyncError) -> SyncError {
    var error = error
    if error.code == .unknownHost { error.code = .unreachable }
    return error
  }

  /// What ssh would do for `name` with these on its command line.
  public func resolve(
    _ name: String, _ overrides: Resolver.Overrides = Resolver.Overrides()
  ) throws(SyncError) -> ResolvedHost {
    try Self.resolve(name, resolver, overrides)
  }

  /// The same with `file` as ssh's configuration, as by `ssh -F`.
  func reading(_ file: FilePath) -> Connector {
    let resolver = Resolver(
      environment: .live(profile: .installed() ?? .portable10_5, source: .file(file)))
    var options = options
    options.resolveJump = { name throws(SyncError) in try Self.resolve(name, resolver) }
    options.openSSH?.config = file
    return Connector(resolver, options, aliases)
  }

  private init(
    _ resolver: Resolver, _ options: ConnectionOptions,
    _ aliases: @escaping @Sendable () -> [String]
  ) {
    self.resolver = resolver
    self.options = options
    self.aliases = aliases
  }

  /// Connects to each name, side by side; outcomes in the order of `names`.
  public func connect(_ names: [String]) async -> [Result<any NodeConnection, SyncError>] {
    await resultsInParallel(names, width: 64) { name throws(SyncError) in try await connect(name) }
  }

  /// Connects to each name, side by side, does `work` there and closes; outcomes in the order of `names`.
  public func visit<Value: Sendable>(
    _ names: [String],
    _ work: @escaping @Sendable (any NodeConnection) async throws(SyncError) -> Value
  ) async -> [Result<Value, SyncError>] {
    await resultsInParallel(names, width: 64) { name throws(SyncError) in
      try await visit(name, work)
    }
  }

  /// Connects to a name, does `work` there and closes.
  func visit<Value: Sendable>(
    _ name: String,
    _ work: @Sendable (any NodeConnection) async throws(SyncError) -> Value
  ) async throws(SyncError) -> Value {
    try await Self.use(connect(name), work)
  }

  /// Connects to what `resolve` has found, does `work` there and closes.
  func visit<Value: Sendable>(
    _ host: ResolvedHost,
    _ work: @Sendable (any NodeConnection) async throws(SyncError) -> Value
  ) async throws(SyncError) -> Value {
    try await Self.use(connect(host), work)
  }

  private static func use<Value: Sendable>(
    _ node: any NodeConnection,
    _ work: @Sendable (any NodeConnection) async throws(SyncError) -> Value
  ) async throws(SyncError) -> Value {
    do throws(SyncError) {
      let value = try await work(node)
      await node.close()
      return value
    } catch {
      await node.close()
      throw error
    }
  }

  /// What ssh is to read besides what it reads anyway.
  private static func config(_ home: SkyHome) -> FilePath? {
    guard case .own(let path) = ResolverEnvironment.Source.of(home) else { return nil }
    // ssh refuses a file that is not there, and without -F it would read another home's.
    return (try? FileSystem.status(path)) == nil ? "none" : path
  }

  private static func resolve(
    _ name: String, _ resolver: Resolver, _ overrides: Resolver.Overrides = Resolver.Overrides()
  ) throws(SyncError) -> ResolvedHost {
    do throws(ResolveError) {
      return try resolver.resolve(name, overrides: overrides).host
    } catch {
      throw SyncError(
        .badConfiguration, name, "ssh's configuration cannot be used: \(error)",
        advice: "`ssh -G \(name)` says the same.")
    }
  }
}
