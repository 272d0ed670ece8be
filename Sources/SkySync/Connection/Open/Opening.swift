import HostBook

/// One way from a resolved host to a connection that is logged in.
struct Opening: Sendable {
  let host: ResolvedHost
  let options: ConnectionOptions
  let interrupt: Interrupt
  let loop = EventLoop.next()
  /// How many connections are opened for the sake of this one, to see when they go in circles.
  var depth = 0

  func run() async -> Result<SSHConnection, SyncError> {
    defer { interrupt.stopClock() }
    do throws(SyncError) {
      let route = try Route.of(host, options.user)
      let (host, user) = (host, options.user)
      let trust = try await interrupt.offload { HostTrust.read(host, user) }
      let identities = try await interrupt.offload { .success(Identities.gather(host, user)) }
      return .success(try await retry(route, trust, identities))
    } catch {
      return .failure(error)
    }
  }

  /// Asks a busy server again, each time about twice as late.
  private func retry(
    _ route: Route, _ trust: HostTrust, _ identities: Identities
  ) async throws(SyncError) -> SSHConnection {
    var pause = Duration.milliseconds(150)
    var attempt = 1
    // Tunnels need channels of another kind.
    var opensEarly = depth == 0
    while true {
      do {
        return try await attemptOnce(route, trust, identities, opensEarly)
      } catch {
        if case .early = error, opensEarly {
          opensEarly = false
          continue
        }
        guard case .busy(let reason) = error, attempt < 8 else { throw error.reason }
        // A command that ends without a word is no busy server.
        if case .command = route { throw reason }
      }
      try await interrupt.sleep(for: pause * Double.random(in: 0.5...1.5), on: loop)
      pause = min(pause * 2, .seconds(3))
      attempt += 1
    }
  }

  /// Why an attempt failed, and whether another one makes sense.
  private enum Failure: Error {
    case busy(SyncError)
    /// After a signature that was not enough, with a channel asked for.
    case early(SyncError)
    case final(SyncError)

    var reason: SyncError {
      switch self {
      case .busy(let reason), .early(let reason), .final(let reason): reason
      }
    }
  }

  private func attemptOnce(
    _ route: Route, _ trust: HostTrust, _ identities: Identities, _ opensEarly: Bool
  ) async throws(Failure) -> SSHConnection {
    interrupt.stopClock()
    // Before taking a place: the jump host's login needs one too.
    let outer: SSHConnection?
    do { outer = try await jumpHost(route) } catch { throw .final(error) }
    let place = "\(host.hostname):\(host.port)"
    do { try await HandshakeGate.shared.enter(place, interrupt) } catch { throw .final(error) }
    defer { HandshakeGate.shared.leave(place) }
    interrupt.resumeClock(on: loop)
    let connection: SSHConnection
    do { connection = try await connect(route, outer, opensEarly) } catch { throw .final(error) }
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
      let (isBusy, isEarly) = await (connection.wasTooBusy, connection.hasOpenedEarly)
      await connection.fail(error)
      throw isBusy ? .busy(error) : isEarly ? .early(error) : .final(error)
    }
  }

  private func connect(
    _ route: Route, _ outer: SSHConnection?, _ opensEarly: Bool
  ) async throws(SyncError) -> SSHConnection {
    if let outer {
      let tunnel = try await outer.openTunnel(to: host.hostname, port: host.port, interrupt)
      return try session(over: tunnel, outer.loop, opensEarly)
    }
    if case .command(let command) = route {
      return try session(
        over: try ProxyProcess(command, user: options.user, on: loop), loop, opensEarly)
    }
    let tcp = TCP(
      host: host.hostname, port: host.port, family: host.first("addressfamily") ?? "any",
      bind: host.first("bindaddress"), silence: silence, loop: loop, interrupt: interrupt)
    do { return try session(over: try await tcp.open(), loop, opensEarly) } catch {
      throw SyncError(error.code, host.name, error.reason, advice: error.advice)
    }
  }

  /// How long the server may leave what we sent without acknowledgement.
  private var silence: Duration {
    host.serverAliveInterval.map { $0 * KeepAlive.count(host) } ?? .seconds(60)
  }

  private func session(
    over transport: any ByteTransport, _ loop: EventLoop, _ opensEarly: Bool
  ) throws(SyncError) -> SSHConnection {
    try SSHConnection(
      name: host.name, transport: transport, loop: loop, options: options,
      keepAlive: KeepAlive(host, options), opensEarly: opensEarly)
  }

  /// The connection to the jump host: the one there is, or a new one; nil when there is none.
  private func jumpHost(_ route: Route) async throws(SyncError) -> SSHConnection? {
    guard case .jump(let hop, let before) = route else { return nil }
    guard let resolve = options.resolveJump, depth < 8 else {
      throw SyncError(
        .unsupported, host.name,
        depth < 8
          ? "ProxyJump \(hop.host): nobody here knows what that name means"
          : "ProxyJump goes in circles through \(hop.host)")
    }
    let target = hop.applied(to: try await resolve(hop.host), before: before)
    let key = "\(target.user)@\(target.hostname):\(target.port) \(target.proxyJump ?? "")"
    let (options, depth) = (options, depth + 1)
    return try await interrupt.wait { once in
      Task {
        once.resume(
          await options.jumps.connection("\(depth) \(key)") {
            await SSHConnection.opening(target, options, depth: depth)
          })
      }
    }
  }
}
