import SkySync
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
  let socket = listener.descriptor.rawValue
  let started = startThread {
    while true {
      let guest = accept(socket, nil, nil)
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
  defer {
    shutdown(socket, Int32(SHUT_RDWR))
    listener.close()
  }
  return try await body(listener)
}
