import SkySync
import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A TCP proxy on loopback that makes the far side look far away: what arrives is passed on `delay` later.
///
/// One thread and poll(2); bytes in flight are not limited, so throughput is bounded by the windows of
/// those who talk. Ended by `stop`.
public final class DelayProxy: Sendable {
  public let address: String
  public let port: UInt16
  private let wake: FileDescriptor
  private let counters = Mutex(Counters())
  private let ended = Atomic(false)
  private let pause: Pause

  /// What went through so far.
  public struct Counters: Sendable {
    public var connections = 0
    /// From client to server, in bytes.
    public var forward = 0
    /// From server to client, in bytes.
    public var backward = 0

    init(connections: Int = 0, forward: Int = 0, backward: Int = 0) {
      self.connections = connections
      self.forward = forward
      self.backward = backward
    }

    fileprivate mutating func add(_ other: Counters) {
      connections += other.connections
      forward += other.forward
      backward += other.backward
    }
  }

  public var count: Counters { counters.withLock { $0 } }

  /// - Parameters:
  ///   - delay: One way; a round trip costs twice as much.
  ///   - cutAfter: Each connection is cut (reset, nothing more passes) once this many bytes, both ways
  ///     together, came in.
  public init(
    to target: (address: String, port: UInt16), delay: Duration, cutAfter: Int? = nil
  ) throws {
    let listener = try LoopbackListener()
    // A program started meanwhile that held its end open would keep the proxy from ending.
    let pipe = try pipeClosedOnExec()
    address = listener.address
    port = listener.port
    wake = pipe.writeEnd
    let pause = Pause()
    self.pause = pause
    let relay = Relay(
      listener: listener.descriptor, wake: pipe.readEnd, target: target, delay: delay,
      cutAfter: cutAfter, isPaused: { pause.isOn })
    let started = startThread { [weak self] in
      var relay = relay
      relay.run { added in self?.counters.withLock { $0.add(added) } }
    }
    precondition(started, "no thread for the proxy")
  }

  deinit { stop() }

  /// Lets nothing pass and nobody in, or lets all go on; no connection notices but by the silence.
  public func pause(_ on: Bool) { pause.isOn = on }

  private final class Pause: Sendable {
    private let state = Atomic(false)
    var isOn: Bool {
      get { state.load(ordering: .relaxed) }
      set { state.store(newValue, ordering: .relaxed) }
    }
  }

  /// Ends the proxy and cuts its connections.
  public func stop() {
    if !ended.exchange(true, ordering: .relaxed) { try? wake.close() }
  }
}

/// Runs `body` with a proxy in front of `sshd`; it is gone afterwards.
public func withDelayProxy<Result>(
  to sshd: LoopbackSSHD, delay: Duration = .zero, cutAfter: Int? = nil,
  _ body: (DelayProxy) async throws -> Result
) async throws -> Result {
  let proxy = try DelayProxy(to: (sshd.address, sshd.port), delay: delay, cutAfter: cutAfter)
  defer { proxy.stop() }
  return try await body(proxy)
}

/// A pipe that no program started by this process inherits, unless it is handed over.
private func pipeClosedOnExec() throws -> (readEnd: FileDescriptor, writeEnd: FileDescriptor) {
  #if os(Linux)
    return try FileDescriptor.pipe(options: .closeOnExec)
  #else
    let ends = try FileDescriptor.pipe()
    for end in [ends.readEnd, ends.writeEnd] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
    return ends
  #endif
}
