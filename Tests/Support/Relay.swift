import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The inside of `DelayProxy`: all connections, served by one thread.
struct Relay: Sendable {
  /// One direction of one connection.
  struct Flow: Sendable {
    var from: Int32
    var to: Int32
    var waiting: [(due: ContinuousClock.Instant, bytes: [UInt8], start: Int)] = []
    var ended = false
    var isForward: Bool
  }

  let listener: FileDescriptor
  let wake: FileDescriptor
  let target: (address: String, port: UInt16)
  let delay: Duration
  let cutAfter: Int?
  /// While it says true, nothing passes and nobody is let in, as when a cable is pulled.
  let isPaused: @Sendable () -> Bool
  /// Pairs: forward at even places, backward next to it.
  var flows: [Flow] = []
  var passed: [Int] = []

  typealias Count = (DelayProxy.Counters) -> Void

  /// Serves until the other end of `wake` is closed.
  mutating func run(_ count: Count) {
    while true {
      let rests = isPaused()
      var polled = rests ? Array(watched().prefix(1)) : watched()
      poll(&polled, nfds_t(polled.count), rests ? 10 : untilDue())
      if polled[0].revents != 0 { break }
      if rests { continue }
      if polled[1].revents != 0 { accept(count) }
      for place in flows.indices {
        // Its connection may have been cut by the flow before it.
        let isReady = polled.count > place + 2 && polled[place + 2].revents != 0
        if isReady, !flows[place].ended { receive(place, count) }
        deliver(place)
      }
      dropFinished()
    }
    for place in passed.indices { closeConnection(place) }
    try? listener.close()
    try? wake.close()
  }

  /// The descriptors to poll: wake, listener, then each flow's source (-1 when it ended).
  private func watched() -> [pollfd] {
    let fixed = [wake, listener].map { pollfd(fd: $0.rawValue, events: Int16(POLLIN), revents: 0) }
    return fixed
      + flows.map { pollfd(fd: $0.ended ? -1 : $0.from, events: Int16(POLLIN), revents: 0) }
  }

  private func untilDue() -> Int32 {
    let due = flows.compactMap { $0.waiting.first?.due }.min()
    guard let due else { return 1000 }
    let left = ContinuousClock.now.duration(to: due)
    if left <= .zero { return 1 }
    let milliseconds = left / Duration.milliseconds(1)
    return Int32(min(milliseconds.rounded(.up), 1000))
  }

  private mutating func accept(_ count: Count) {
    let client = acceptSocket(listener.rawValue)
    guard client >= 0 else { return }
    let server = connectSocket(target.address, target.port)
    guard server >= 0 else {
      reset(client)
      return
    }
    for socket in [client, server] {
      _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK)
      var on: Int32 = 1
      setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }
    flows.append(Flow(from: client, to: server, isForward: true))
    flows.append(Flow(from: server, to: client, isForward: false))
    passed.append(0)
    count(.init(connections: 1))
  }

  private mutating func receive(_ place: Int, _ count: Count) {
    var piece = [UInt8](repeating: 0, count: 256 << 10)
    let got = recv(flows[place].from, &piece, piece.count, 0)
    let due = ContinuousClock.now + delay
    guard got > 0 else {
      if got < 0 && (errno == EAGAIN || errno == EINTR) { return }
      flows[place].ended = true
      flows[place].waiting.append((due, [], 0))
      return
    }
    var taken = got
    if let cutAfter { taken = min(got, max(0, cutAfter - passed[place / 2])) }
    passed[place / 2] += got
    count(flows[place].isForward ? .init(forward: got) : .init(backward: got))
    flows[place].waiting.append((due, Array(piece[..<taken]), 0))
    if let cutAfter, passed[place / 2] >= cutAfter {
      flows[place].ended = true
      flows[place ^ 1].ended = true
      flows[place].waiting.append((due, [], -1))
    }
  }

  /// Sends what is due. An empty piece is the end of the flow (start -1: of the connection).
  private mutating func deliver(_ place: Int) {
    while let first = flows[place].waiting.first, first.due <= .now {
      if first.start == -1 { return cut(place) }
      if first.bytes.isEmpty {
        shutdown(flows[place].to, Int32(SHUT_WR))
        flows[place].waiting.removeFirst()
        continue
      }
      let rest = first.bytes.count - first.start
      let sent = first.bytes.withUnsafeBytes { bytes in
        send(flows[place].to, bytes.baseAddress.map { $0 + first.start }, rest, noSignal)
      }
      if sent < 0 && (errno == EAGAIN || errno == EINTR) {
        // The socket is full: look again a little later, so that poll does not spin.
        flows[place].waiting[0].due = .now + .milliseconds(1)
        return
      }
      guard sent >= 0 else { return cut(place) }
      flows[place].waiting[0].start += sent
      if sent == rest { flows[place].waiting.removeFirst() }
    }
  }

  private mutating func cut(_ place: Int) {
    for side in [place, place ^ 1] {
      flows[side].ended = true
      flows[side].waiting = []
    }
    passed[place / 2] = .max
  }

  private mutating func dropFinished() {
    for pair in passed.indices.reversed() {
      let both = [flows[2 * pair], flows[2 * pair + 1]]
      guard both.allSatisfy({ $0.ended && $0.waiting.isEmpty }) else { continue }
      closeConnection(pair)
      flows.removeSubrange(2 * pair...2 * pair + 1)
      passed.remove(at: pair)
    }
  }

  private func closeConnection(_ pair: Int) {
    reset(flows[2 * pair].from)
    reset(flows[2 * pair].to)
  }
}

#if canImport(Glibc)
  private let noSignal = Int32(MSG_NOSIGNAL)
  private let streamType = Int32(SOCK_STREAM.rawValue)
#else
  private let noSignal: Int32 = 0
  private let streamType = SOCK_STREAM
#endif

private func acceptSocket(_ listener: Int32) -> Int32 {
  let socket = accept(listener, nil, nil)
  if socket >= 0 { _ = fcntl(socket, F_SETFD, FD_CLOEXEC) }
  return socket
}

/// Connects on loopback, where that is over at once.
private func connectSocket(_ address: String, _ port: UInt16) -> Int32 {
  let descriptor = socket(AF_INET, streamType, 0)
  _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  var name = sockaddr_in()
  name.sin_family = sa_family_t(AF_INET)
  name.sin_port = port.bigEndian
  inet_pton(AF_INET, address, &name.sin_addr)
  let status = withUnsafePointer(to: &name) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
  if status == 0 { return descriptor }
  close(descriptor)
  return -1
}

/// Closes at once: what was not sent is dropped and the peer sees a reset, unless all was said.
private func reset(_ descriptor: Int32) {
  shutdown(descriptor, Int32(SHUT_RDWR))
  close(descriptor)
}
