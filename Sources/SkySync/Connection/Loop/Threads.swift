import Synchronization

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
    if start, !startThread({ self.drain() }) { drain() }
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
