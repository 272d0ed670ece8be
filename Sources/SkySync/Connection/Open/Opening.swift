import HostBook

/// One way from a resolved host to a connection that is logged in.
struct Opening: Sendable {
  let host: ResolvedHost
  let options: ConnectionOptions
  let interrupt: Interrupt
  let loop = EventLoop.next()

  func run() async -> Result<SSHConnection, SyncError> {
    defer { interrupt.stopClock() }
    do throws(SyncError) {
      try refuseUnsupported()
      let (host, user) = (host, options.user)
      let trust = try await interrupt.offload { HostTrust.read(host, user) }
      let identities = try await interrupt.offload { .success(Identities.gather(host, user)) }
      return .success(try await retry(trust, identities))
    } catch {
      return .failure(error)
    }
  }

  private func refuseUnsupported() throws(SyncError) {
    for (keyword, value) in [("ProxyJump", host.proxyJump), ("ProxyCommand", host.proxyCommand)] {
      guard let value, value != "none", !value.isEmpty else { continue }
      throw SyncError(
        .unsupported, host.name, "\(keyword) \(value) is not supported yet",
        advice: "connect to a host that can be reached directly")
    }
  }

  /// Asks a busy server again, each time about twice as late.
  private func retry(
    _ trust: HostTrust, _ identities: Identities
  ) async throws(SyncError) -> SSHConnection {
    var pause = Duration.milliseconds(150)
    for attempt in 1... {
      do {
        return try await attemptOnce(trust, identities)
      } catch {
        guard case .busy(let reason) = error else { throw error.reason }
        if attempt == 8 { throw reason }
      }
      try await interrupt.sleep(for: pause * Double.random(in: 0.5...1.5), on: loop)
      pause = min(pause * 2, .seconds(3))
    }
    throw interruptReason
  }

  private var interruptReason: SyncError {
    SyncError(.unreachable, host.name, "the server stayed too busy")
  }

  /// Why an attempt failed, and whether another one makes sense.
  private enum Failure: Error {
    case busy(SyncError)
    case final(SyncError)

    var reason: SyncError {
      switch self {
      case .busy(let reason), .final(let reason): reason
      }
    }
  }

  private func attemptOnce(
    _ trust: HostTrust, _ identities: Identities
  ) async throws(Failure) -> SSHConnection {
    let place = "\(host.hostname):\(host.port)"
    interrupt.stopClock()
    do { try await HandshakeGate.shared.enter(place, interrupt) } catch { throw .final(error) }
    defer { HandshakeGate.shared.leave(place) }
    interrupt.resumeClock(on: loop)
    let connection: SSHConnection
    do { connection = try await connect() } catch { throw .final(error) }
    let watch = interrupt.onTrip { reason in
      connection.loop.execute { connection.assumeIsolated { $0.fail(reason) } }
    }
    defer { interrupt.forget(watch) }
    do {
      try await Login(
        host: host, options: options, interrupt: interrupt, trust: trust, identities: identities
      ).run(connection)
      return connection
    } catch {
      let isBusy = await connection.wasTooBusy
      await connection.fail(error)
      throw isBusy ? .busy(error) : .final(error)
    }
  }

  private func connect() async throws(SyncError) -> SSHConnection {
    let tcp = TCP(
      host: host.hostname, port: host.port, family: host.first("addressfamily") ?? "any",
      loop: loop, interrupt: interrupt)
    do {
      return try SSHConnection(
        name: host.name, transport: try await tcp.open(), loop: loop, options: options,
        keepAlive: host.serverAliveInterval ?? options.keepAlive)
    } catch {
      throw SyncError(error.code, host.name, error.reason, advice: error.advice)
    }
  }
}
