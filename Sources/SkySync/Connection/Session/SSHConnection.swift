import CLibSSH2

/// One ssh connection to one node, over libssh2; runs any number of commands at once.
///
/// Pinned to one event loop: all calls into libssh2 happen there, none of them waits. Commands that are
/// still running when the connection breaks or is closed end with `connectionLost`.
public actor SSHConnection: CommandHost {
  public nonisolated let name: String
  nonisolated let loop: EventLoop
  public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  /// How far the login is; decides what a broken connection means.
  enum Phase { case greeting, keyExchange, authentication, up }

  let transport: any ByteTransport
  let wire: Wire
  let options: ConnectionOptions
  let keepAlive: KeepAlive
  var phase = Phase.greeting
  /// Why this connection is over.
  var failure: SyncError?
  /// Why no byte will come or go any more.
  var transportEnd: String?
  /// The first bytes that the server sent, to tell what it is when it is no ssh server.
  var greeting: [UInt8] = []
  var canRead = false
  var canWrite = true
  var pumpIsScheduled = false
  var lastArrival = ContinuousClock.now
  /// The last arrival that the keep-alive has seen, and how many of its intervals passed without one.
  var lastLook = ContinuousClock.now
  var silentIntervals = 0
  var channels: [Int: Channel] = [:]
  private var lastChannel = 0
  /// Steps that wait for something to arrive.
  var turns: [Once<Void>] = []
  var openingQueue: [Once<Void>] = []
  var isOpening = false
  /// The keys are exchanged, but the server has not agreed yet to let anybody log in.
  var awaitsService = false
  /// Whether the first channel is asked for before the login is through: the server takes both from one packet.
  let opensEarly: Bool
  /// It was asked for; whoever opens the first channel gets it.
  var hasOpenedEarly = false
  var timers: [String: TimerHeap.ID] = [:]

  init(
    name: String, transport: any ByteTransport, loop: EventLoop, options: ConnectionOptions,
    keepAlive: KeepAlive, opensEarly: Bool = false
  ) throws(SyncError) {
    guard let wire = Wire() else {
      throw SyncError(.unsupported, name, "libssh2 cannot start a session (out of memory?)")
    }
    self.name = name
    self.transport = transport
    self.loop = loop
    self.wire = wire
    self.options = options
    self.keepAlive = keepAlive
    self.opensEarly = opensEarly
  }

  deinit {
    for timer in timers.values { loop.cancel(timer) }
    transport.shut()
  }

  /// Ends the connection at once; commands still running on it end with `connectionLost`.
  public func close() {
    guard failure == nil else { return }
    libssh2_session_disconnect_ex(wire.session, SSH_DISCONNECT_BY_APPLICATION, "", "")
    flush()
    fail(SyncError(.connectionLost, name, "the connection was closed on this side"))
  }

  /// Ends everything, with one reason.
  func fail(_ error: SyncError) {
    guard failure == nil else { return }
    failure = error
    wire.closed = true
    transport.shut()
    for timer in timers.values { loop.cancel(timer) }
    timers = [:]
    for channel in channels.values {
      channel.pointer = nil
      channel.settle(.failure(error))
      if let timer = channel.timer { loop.cancel(timer) }
    }
    channels = channels.filter { !$0.value.isDropped }
    for turn in turns + openingQueue { turn.resume(.failure(error)) }
    turns = []
    openingQueue = []
  }

  func newChannel() -> Channel {
    lastChannel += 1
    let channel = Channel(id: lastChannel)
    channels[lastChannel] = channel
    return channel
  }
}
