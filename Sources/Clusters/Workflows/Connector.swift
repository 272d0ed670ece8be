import HostBook
import SkySync
import SystemPackage

/// Opens connections to names, each resolved exactly as ssh would, jump hosts included.
///
/// One for a process: its connections share unlocked keys and the connections to jump hosts.
public struct Connector: Sendable {
  private let resolver: Resolver
  private let options: ConnectionOptions

  /// - Parameter options: how to ask for passphrases and about unknown host keys.
  public init(_ home: SkyHome, options: ConnectionOptions = ConnectionOptions()) async {
    let resolver = Resolver(
      environment: .live(
        profile: .installed() ?? .portable10_5, source: .of(home)))
    var options = options
    options.resolveJump = { name throws(SyncError) in try Self.resolve(name, resolver) }
    self.resolver = resolver
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

  /// Throws `unreachable` also when ssh's configuration cannot be read, with file and line.
  public func connect(_ name: String) async throws(SyncError) -> any NodeConnection {
    try await connect(Self.resolve(name, resolver))
  }

  /// Connects to what `resolve` has found.
  public func connect(_ host: ResolvedHost) async throws(SyncError) -> any NodeConnection {
    try await NodeOpening.open(host, options: options)
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
    return Connector(resolver, options)
  }

  private init(_ resolver: Resolver, _ options: ConnectionOptions) {
    self.resolver = resolver
    self.options = options
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
      try await visit(Self.resolve(name, resolver), work)
    }
  }

  /// Connects to what `resolve` has found, does `work` there and closes.
  func visit<Value: Sendable>(
    _ host: ResolvedHost,
    _ work: @Sendable (any NodeConnection) async throws(SyncError) -> Value
  ) async throws(SyncError) -> Value {
    let node = try await connect(host)
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
    if case .file(let path) = ResolverEnvironment.Source.of(home) { return path }
    return nil
  }

  private static func resolve(
    _ name: String, _ resolver: Resolver, _ overrides: Resolver.Overrides = Resolver.Overrides()
  ) throws(SyncError) -> ResolvedHost {
    do throws(ResolveError) {
      return try resolver.resolve(name, overrides: overrides).host
    } catch {
      throw SyncError(
        .unreachable, name, "ssh's configuration cannot be used: \(error)",
        advice: "`ssh -G \(name)` says the same.")
    }
  }
}
