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
    self.options = options
  }

  /// Throws `unreachable` also when ssh's configuration cannot be read, with file and line.
  public func connect(_ name: String) async throws(SyncError) -> SSHConnection {
    try await SSHConnection.open(Self.resolve(name, resolver), options: options)
  }

  /// Connects to each name, side by side; outcomes in the order of `names`.
  public func connect(_ names: [String]) async -> [Result<SSHConnection, SyncError>] {
    await resultsInParallel(names, width: 64) { name throws(SyncError) in try await connect(name) }
  }

  /// Connects to each name, side by side, does `work` there and closes; outcomes in the order of `names`.
  public func visit<Value: Sendable>(
    _ names: [String],
    _ work: @escaping @Sendable (SSHConnection) async throws(SyncError) -> Value
  ) async -> [Result<Value, SyncError>] {
    await resultsInParallel(names, width: 64) { name throws(SyncError) in
      let host = try await connect(name)
      do throws(SyncError) {
        let value = try await work(host)
        await host.close()
        return value
      } catch {
        await host.close()
        throw error
      }
    }
  }

  private static func resolve(
    _ name: String, _ resolver: Resolver
  ) throws(SyncError) -> ResolvedHost {
    do throws(ResolveError) {
      return try resolver.resolve(name).host
    } catch {
      throw SyncError(
        .unreachable, name, "ssh's configuration cannot be used: \(error)",
        advice: "`ssh -G \(name)` says the same.")
    }
  }
}
