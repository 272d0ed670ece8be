#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Opens TCP connections without blocking.
struct TCP: Sendable {
  let host: String
  let port: UInt16
  /// any, inet or inet6
  let family: String
  /// The address of this machine to come from; nil for any.
  let bind: String?
  /// After how long without acknowledgement the connection counts as broken.
  let silence: Duration
  let loop: EventLoop
  let interrupt: Interrupt

  /// Tries the addresses of the host one after the other.
  func open() async throws(SyncError) -> SocketTransport {
    let addresses = try await lookUp()
    var failures: [String] = []
    for address in addresses {
      do {
        return try await open(address)
      } catch {
        try interrupt.check()
        failures.append("\(address.text): \(error.reason)")
      }
    }
    throw SyncError(
      .unreachable, host, "cannot connect to port \(port) (\(failures.joined(separator: "; ")))",
      advice: "check that the machine is up and that its ssh server listens on that port")
  }

  private func lookUp() async throws(SyncError) -> [Address] {
    let (host, port, family) = (host, port, family)
    let known = Address.lookUp(host, port: port, family: family, numeric: true)
    if case .success(let addresses) = known { return addresses }
    return try await interrupt.offload {
      Address.lookUp(host, port: port, family: family, numeric: false)
    }
  }

  private func open(_ address: Address) async throws(SyncError) -> SocketTransport {
    let descriptor = socket(address.family, closedOnExec, 0)
    guard descriptor >= 0 else { throw failure(errno) }
    let transport = SocketTransport(descriptor, on: loop, isTCP: true)
    prepare(descriptor)
    try await bindSource(descriptor, address.family)
    let status = address.bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return Int32(-1) }
      return connect(
        descriptor, base.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
    if status == 0 { return transport }
    guard errno == EINPROGRESS else { throw failure(errno) }
    let loop = loop
    let error = try await interrupt.wait { (once: Once<Int32>) in
      loop.watch(descriptor) {
        if let outcome = connectOutcome(descriptor) { once.resume(.success(outcome)) }
      }
    }
    loop.unwatch(descriptor)
    guard error == 0 else { throw failure(error) }
    return transport
  }

  /// BindAddress: a name or number of this machine, of the family of the target.
  private func bindSource(_ descriptor: Int32, _ family: Int32) async throws(SyncError) {
    guard let bind, bind != "none" else { return }
    let word = family == AF_INET6 ? "inet6" : "inet"
    let found = try await interrupt.offload {
      Address.lookUp(bind, port: 0, family: word, numeric: false)
        .mapError { SyncError(.unreachable, host, "BindAddress: \($0.reason)", advice: $0.advice) }
    }
    guard let source = found.first else { return }
    let status = source.bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return Int32(-1) }
      return bindSocket(
        descriptor, base.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
    if status != 0 {
      throw SyncError(
        .unreachable, host, "cannot come from BindAddress \(bind): \(systemMessage(errno))")
    }
  }

  private func failure(_ number: Int32) -> SyncError {
    SyncError(.unreachable, host, systemMessage(number))
  }

  private func prepare(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    #if os(Linux)
      // The kernel says when nobody acknowledges what we send.
      let limit = Int32(clamping: silence.components.seconds * 1000)
      setOption(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, limit)
    #else
      setOption(descriptor, SOL_SOCKET, SO_NOSIGPIPE, 1)
    #endif
  }
}

/// `TCP.bind` hides the system's.
private let bindSocket: @Sendable (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32 = {
  bind($0, $1, $2)
}

/// The error number with which connecting ended (0: connected); nil when it has not.
private func connectOutcome(_ descriptor: Int32) -> Int32? {
  var error: Int32 = 0
  var size = socklen_t(MemoryLayout<Int32>.size)
  getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
  if error != 0 { return error }
  var peer = sockaddr_storage()
  var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
  let connected = withUnsafeMutablePointer(to: &peer) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
  }
  return connected == 0 ? 0 : nil
}
