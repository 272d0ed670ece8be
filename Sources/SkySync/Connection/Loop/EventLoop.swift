import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One thread that runs the connections pinned to it: their actor jobs, descriptors and timers.
///
/// Nothing here blocks a thread of Swift's cooperative pool. What runs on the loop must never wait.
final class EventLoop: SerialExecutor {
  typealias Action = @Sendable () -> Void

  private struct State {
    var jobs: [UnownedJob] = []
    var actions: [Action] = []
    var handlers: [Int32: Action] = [:]
    var timers = TimerHeap()
    var asleep = false
  }

  private let poller = Poller()
  private let state = Mutex(State())
  private let thread = Atomic<UInt>(0)

  init() {
    let started = startThread { self.run() }
    precondition(started, "no thread can be started")
  }

  /// The loops of this process: two at most, each lives for ever. A connection stays on one.
  static let all: [EventLoop] = (0..<min(2, processorCount())).map { _ in EventLoop() }
  private static let turn = Atomic<Int>(0)

  static func next() -> EventLoop {
    all[turn.add(1, ordering: .relaxed).oldValue % all.count]
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    submit { $0.jobs.append(job) }
  }

  /// Runs `action` on the loop, soon.
  func execute(_ action: @escaping Action) {
    submit { $0.actions.append(action) }
  }

  /// Calls `action` on the loop when `descriptor` becomes readable, writable or broken (on the edge:
  /// once per change), beginning with its state now.
  func watch(_ descriptor: Int32, _ action: @escaping Action) {
    state.withLock { $0.handlers[descriptor] = action }
    poller.add(descriptor)
  }

  /// To be called before `descriptor` is closed.
  func unwatch(_ descriptor: Int32) {
    poller.remove(descriptor)
    _ = state.withLock { $0.handlers.removeValue(forKey: descriptor) }
  }

  /// Calls `action` on the loop at `instant` unless cancelled before.
  func schedule(at instant: ContinuousClock.Instant, _ action: @escaping Action) -> TimerHeap.ID {
    submit { $0.timers.insert(instant, action) }
  }

  func cancel(_ timer: TimerHeap.ID) {
    state.withLock { $0.timers.remove(timer) }
  }

  func checkIsolated() {
    precondition(isCurrent, "not on the loop's thread")
  }

  func isIsolatingCurrentContext() -> Bool? { isCurrent }

  private var isCurrent: Bool { thread.load(ordering: .relaxed) == currentThread() }

  private func submit<Result: Sendable>(_ change: (inout sending State) -> Result) -> Result {
    let (result, asleep) = state.withLock { state in
      let result = change(&state)
      defer { state.asleep = false }
      return (result, state.asleep)
    }
    if asleep { poller.wake() }
    return result
  }

  private func run() {
    thread.store(currentThread(), ordering: .relaxed)
    var ready: [Action] = []
    while true {
      let (jobs, actions, milliseconds) = takeWork()
      for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
      for action in actions { action() }
      poller.wait(milliseconds: milliseconds) { descriptor in
        if let handler = state.withLock({ $0.handlers[descriptor] }) { ready.append(handler) }
      }
      ready += state.withLock { state in
        state.asleep = false
        return state.timers.takeDue(.now)
      }
      for action in ready { action() }
      ready.removeAll(keepingCapacity: true)
    }
  }

  /// What to run now, and how long to sleep after it: not at all when there was something.
  private func takeWork() -> ([UnownedJob], [Action], Int32) {
    state.withLock { state in
      let (jobs, actions) = (state.jobs, state.actions)
      state.jobs = []
      state.actions = []
      guard jobs.isEmpty && actions.isEmpty else { return (jobs, actions, 0) }
      state.asleep = true
      guard let next = state.timers.next else { return ([], [], -1) }
      let left = ContinuousClock.now.duration(to: next) / Duration.milliseconds(1)
      return ([], [], Int32(max(0, min(left.rounded(.up), 3_600_000))))
    }
  }
}

private func currentThread() -> UInt {
  #if canImport(Glibc)
    UInt(pthread_self())
  #else
    UInt(bitPattern: pthread_self())
  #endif
}

private func processorCount() -> Int {
  max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}
