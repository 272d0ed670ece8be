import SkySync
import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs `body` with a TCP server that says `greeting` to each guest and hangs up.
public func withTalker<Result>(
  _ greeting: String, _ body: (LoopbackListener) async throws -> Result
) async throws -> Result {
  let listener = try LoopbackListener()
  let door = Door(listener)
  let started = startThread {
    // Whoever asks for guests closes the door: elsewhere its number might be a stranger's by the next time.
    defer { door.close() }
    while true {
      let guest = accept(listener.descriptor.rawValue, nil, nil)
      guard guest >= 0 else { return }
      var bytes = Array(greeting.utf8)
      _ = write(guest, &bytes, bytes.count)
      // What the guest says is read first, for unread bytes would turn the end into a reset.
      shutdown(guest, Int32(SHUT_WR))
      while read(guest, &bytes, bytes.count) > 0 {}
      close(guest)
    }
  }
  precondition(started)
  defer { door.shut() }
  return try await body(listener)
}

/// A listener that one thread closes and another one makes stop.
private final class Door: Sendable {
  private let listener: LoopbackListener
  private let isOpen = Mutex(true)

  init(_ listener: LoopbackListener) { self.listener = listener }

  func shut() {
    isOpen.withLock { if $0 { shutdown(listener.descriptor.rawValue, Int32(SHUT_RDWR)) } }
  }

  func close() {
    isOpen.withLock { isOpen in
      listener.close()
      isOpen = false
    }
  }
}
