import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs `body` on a new thread that nobody joins.
package func startThread(_ body: @escaping @Sendable () -> Void) {
  let context = Unmanaged.passRetained(ThreadBody(body)).toOpaque()
  #if canImport(Glibc)
    var thread = pthread_t()
    let status = pthread_create(&thread, nil, { runThreadBody($0) }, context)
    if status == 0 { pthread_detach(thread) }
  #else
    var thread: pthread_t?
    let status = pthread_create(&thread, nil, { runThreadBody($0) }, context)
    if let thread { pthread_detach(thread) }
  #endif
  precondition(status == 0, "no thread can be started")
}

private final class ThreadBody {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runThreadBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
  return nil
}

/// Where work that blocks is done: names, key files, the agent. Up to 32 threads, gone when idle.
final class BlockingThreads: Sendable {
  static let shared = BlockingThreads()

  private let limit = 32
  private let state = Mutex((running: 0, waiting: [@Sendable () -> Void]()))

  func submit(_ work: @escaping @Sendable () -> Void) {
    let start = state.withLock { state in
      state.waiting.append(work)
      guard state.running < limit else { return false }
      state.running += 1
      return true
    }
    if start { startThread { self.drain() } }
  }

  private func drain() {
    while let work = take() { work() }
  }

  private func take() -> (@Sendable () -> Void)? {
    state.withLock { state in
      if state.waiting.isEmpty {
        state.running -= 1
        return nil
      }
      return state.waiting.removeFirst()
    }
  }
}
