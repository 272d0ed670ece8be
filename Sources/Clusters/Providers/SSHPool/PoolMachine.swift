import HostBook
import SkySync

/// A machine that a cluster has or may get, and the way there.
struct PoolMachine: Sendable {
  var holding: PoolHolding
  var resolved: ResolvedHost

  var host: String { holding.host }
}

/// Reaches the machines of pools as the user's own ssh does.
struct PoolReach: Sendable {
  let connector: Connector
  /// Learns the keys of machines that nobody knows yet, without asking.
  let acceptsNew: Bool

  /// A name for which no block of a configuration is meant.
  private static let nobody = "sky-a-name-that-nobody-has"

  /// A host as the pool file describes it: what it says itself goes before ssh's configuration, and what
  /// the pool says holds where that configuration has no word on this very host.
  func machine(_ host: PoolHost, of pool: Pool) throws(ProviderError) -> PoolMachine {
    var holding = PoolHolding(rank: -1, machine: "", host: host.name)
    holding.user = host.login.user
    holding.identityFile = host.login.identityFile
    if holding.user == nil || holding.identityFile == nil {
      let plain = try resolve(host.name, nil, nil)
      let nobody = try resolve(Self.nobody, nil, nil)
      if holding.user == nil, plain.user == nobody.user { holding.user = pool.defaults.user }
      if holding.identityFile == nil, plain.identityFiles == nobody.identityFiles {
        holding.identityFile = pool.defaults.identityFile
      }
    }
    return try machine(holding)
  }

  /// A machine that a cluster has already.
  func machine(_ holding: PoolHolding) throws(ProviderError) -> PoolMachine {
    let resolved = try resolve(holding.host, holding.user, holding.identityFile)
    var way = "\(resolved.hostname):\(resolved.port)"
    if let jump = resolved.proxyJump, jump != "none" { way += " by \(jump)" }
    if let command = resolved.proxyCommand, command != "none" { way += " by \(command)" }
    var machine = PoolMachine(holding: holding, resolved: resolved)
    machine.holding.machine = way
    return machine
  }

  /// Connects, does `work` there and closes.
  func visit<Value: Sendable>(
    _ machine: PoolMachine,
    _ work: @Sendable (any NodeConnection) async throws(SyncError) -> Value
  ) async throws(SyncError) -> Value {
    try await connector.visit(machine.resolved, work)
  }

  /// What an alias for the machine has to say.
  func settings(_ machine: PoolMachine) throws(ProviderError) -> AliasSettings {
    AliasSettings(machine.resolved, unlike: try resolve(Self.nobody, nil, nil))
  }

  private func resolve(
    _ name: String, _ user: String?, _ identityFile: String?
  ) throws(ProviderError) -> ResolvedHost {
    var options: [String] = []
    if let identityFile { options.append("IdentityFile=\"\(identityFile)\"") }
    if acceptsNew { options.append("StrictHostKeyChecking=accept-new") }
    do throws(SyncError) {
      return try connector.resolve(name, Resolver.Overrides(user: user, options: options))
    } catch {
      throw ProviderError(.nodeFailed, error.subject, error.reason, advice: error.advice)
    }
  }
}

extension ProviderError {
  /// A machine that could not be used.
  init(_ error: SyncError) {
    let code: Code =
      switch error.code {
      case .hostKey: .hostKey
      case .authentication: .authentication
      case .cancelled: .cancelled
      case .unknownHost: .unknownName
      case .badConfiguration: .badInput
      default: .nodeFailed
      }
    self.init(code, error.subject, error.reason, advice: error.advice)
  }

  init(_ error: StateError) {
    let code: Code = error.code == .cancelled ? .cancelled : .cannotWrite
    self.init(code, error.subject, error.reason, advice: error.advice)
  }
}
