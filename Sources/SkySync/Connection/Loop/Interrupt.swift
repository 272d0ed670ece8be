import Synchronization

/// The one way in which work in progress is stopped: by its deadline, by cancellation or by a failure.
///
/// Tripped once, with the reason; everything that waits under it then ends with that reason.
final class Interrupt: Sendable {
  private struct State {
    var reason: SyncError?
    var handlers: [Int: @Sendable (SyncError) -> Void] = [:]
    var last = 0
    var timer: (loop: EventLoop, id: TimerHeap.ID)?
    var left: Duration
    var since: ContinuousClock.Instant?
  }

  private let state: Mutex<State>
  private let timeout: SyncError

  /// The clock of the deadline stands still until `resumeClock`; `timeout` is what it says at its end.
  init(after limit: Duration, timeout: SyncError) {
    state = Mutex(State(left: limit))
    self.timeout = timeout
  }

  func trip(_ reason: SyncError) {
    let handlers = state.withLock { state in
      guard state.reason == nil else { return [@Sendable (SyncError) -> Void]() }
      state.reason = reason
      defer { state.handlers = [:] }
      return Array(state.handlers.values)
    }
    for handler in handlers { handler(reason) }
  }

  func check() throws(SyncError) {
    if let reason = state.withLock({ $0.reason }) { throw reason }
  }

  /// Calls `handler` when tripped, at once when that is past.
  func onTrip(_ handler: @escaping @Sendable (SyncError) -> Void) -> Int {
    let (place, reason) = state.withLock { state in
      state.last += 1
      if state.reason == nil { state.handlers[state.last] = handler }
      return (state.last, state.reason)
    }
    if let reason { handler(reason) }
    return place
  }

  func forget(_ place: Int) {
    state.withLock { $0.handlers[place] = nil }
  }

  /// Waits for what `start` was given to resume, or for the interrupt.
  func wait<Value: Sendable>(
    isolation: isolated (any Actor)? = #isolation, _ start: (Once<Value>) -> Void
  ) async throws(SyncError) -> Value {
    let once = Once<Value>()
    let place = onTrip { once.resume(.failure($0)) }
    defer { forget(place) }
    start(once)
    return try await once.value()
  }

  /// Does blocking work on a thread of its own; when interrupted, its result is dropped.
  func offload<Value: Sendable>(
    isolation: isolated (any Actor)? = #isolation,
    _ work: @escaping @Sendable () -> Result<Value, SyncError>
  ) async throws(SyncError) -> Value {
    try await wait { once in
      BlockingThreads.shared.submit { once.resume(work()) }
    }
  }

  func sleep(
    isolation: isolated (any Actor)? = #isolation, for duration: Duration, on loop: EventLoop
  ) async throws(SyncError) {
    try await wait { (once: Once<Void>) in
      _ = loop.schedule(at: .now + duration) { once.resume(.success(())) }
    }
  }

  /// Lets the deadline's clock run.
  func resumeClock(on loop: EventLoop) {
    let due = state.withLock { state -> ContinuousClock.Instant? in
      guard state.since == nil else { return nil }
      state.since = .now
      return .now + state.left
    }
    guard let due else { return }
    let timer = loop.schedule(at: due) { [weak self] in
      if let self { trip(timeout) }
    }
    state.withLock { $0.timer = (loop, timer) }
  }

  /// Stops the deadline's clock: while a person is asked, while we queue, and when all is done.
  func stopClock() {
    let timer = state.withLock { state in
      if let since = state.since { state.left -= since.duration(to: .now) }
      state.since = nil
      defer { state.timer = nil }
      return state.timer
    }
    if let timer { timer.loop.cancel(timer.id) }
  }
}
