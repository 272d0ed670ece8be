import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A connected, non-blocking stream socket; owned, closed in `deinit`.
final class SocketTransport: ByteTransport {
  let descriptor: Int32
  private let loop: EventLoop
  private let isTCP: Bool
  private let isOpen = Atomic(true)

  init(_ descriptor: Int32, on loop: EventLoop, isTCP: Bool) {
    self.descriptor = descriptor
    self.loop = loop
    self.isTCP = isTCP
  }

  deinit {
    shut()
    close(descriptor)
  }

  func start(_ ready: @escaping @Sendable () -> Void) {
    loop.watch(descriptor, ready)
  }

  func read(into queue: inout ByteQueue, limit: Int) -> TransportStatus {
    let piece = 64 << 10
    var total = 0
    while total < limit {
      let got = recv(descriptor, queue.space(piece), piece, 0)
      if got > 0 {
        queue.commit(got)
        total += got
        if got < 4096 { acknowledgeAtOnce() }
        continue
      }
      if got == 0 { return .ended }
      if errno == EINTR { continue }
      return errno == EAGAIN ? .wait : .failed(systemMessage(errno))
    }
    return .done
  }

  func write(from queue: inout ByteQueue) -> TransportStatus {
    while !queue.isEmpty {
      let bytes = queue.front
      let sent = send(descriptor, bytes.baseAddress, bytes.count, noSignal)
      if sent >= 0 {
        queue.drop(sent)
        continue
      }
      if errno == EINTR { continue }
      return errno == EAGAIN ? .wait : .failed(systemMessage(errno))
    }
    return .done
  }

  func shut() {
    guard isOpen.exchange(false, ordering: .relaxed) else { return }
    loop.unwatch(descriptor)
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  /// A small packet is one of a conversation: its delayed acknowledgement would hold the server's
  /// Nagle for 40 ms. Linux forgets the option, so it is set again each time.
  private func acknowledgeAtOnce() {
    #if os(Linux)
      if isTCP { setOption(descriptor, Int32(IPPROTO_TCP), TCP_QUICKACK, 1) }
    #endif
  }
}

#if canImport(Glibc)
  let noSignal = Int32(MSG_NOSIGNAL)
#else
  let noSignal: Int32 = 0
#endif

func setOption(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
  var value = value
  setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
}

/// The system's words for an error number.
func systemMessage(_ number: Int32) -> String {
  String(cString: strerror(number))
}
