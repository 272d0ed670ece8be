import HostBook
import SystemPackage

/// How names are resolved for this user: exactly as ssh does.
public struct Resolving: Sendable {
  private let resolver: Resolver

  /// - Parameter file: as `ssh -F`; nil for the user's own and the system's configuration.
  public init(_ home: SkyHome, file: FilePath? = nil, exec: ResolverEnvironment.ExecPolicy? = nil)
    async
  {
    // A config elsewhere, or a HOME that ssh does not look at, is what `ssh -F` is for.
    let standard = home.passwdHome.appending(".ssh").appending("config")
    let named = file ?? (home.userConfig == standard ? nil : home.userConfig)
    let source: ResolverEnvironment.Source = named.map { .file($0) } ?? .standard
    resolver = Resolver(
      environment: .live(
        profile: await .installed() ?? .portable10_5, source: source, exec: exec))
  }

  public func host(_ name: String) throws(ResolveError) -> ResolvedHost {
    try resolver.resolve(name).host
  }
}
