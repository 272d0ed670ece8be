import HostBook

/// The passwords of the pool file, for servers that take no key. They stay in memory.
struct PoolPasswords: Sendable {
  let home: SkyHome
  let resolver: Resolver

  /// The password of the machine that is reached like `host`, whatever name leads there; nil for none.
  func password(for host: ResolvedHost) -> [UInt8]? {
    guard let file = (try? PoolFolder(home).read()).flatMap(\.self) else { return nil }
    for pool in file.pools {
      for entry in pool.hosts {
        guard let password = entry.login.password ?? pool.defaults.password else { continue }
        let user = entry.login.user ?? pool.defaults.user
        guard let found = try? resolver.resolve(entry.name).host else { continue }
        let isSame =
          found.hostname == host.hostname && found.port == host.port
          && [user, found.user].contains(host.user)
        if isSame { return Array(password.value.utf8) }
      }
    }
    return nil
  }
}
