import Synchronization

/// A value that one task waits for and that whoever comes first provides.
final class Once<Value: Sendable>: Sendable {
  typealias Answer = Result<Value, SyncError>

  private enum State {
    case empty
    case awaited(CheckedContinuation<Answer, Never>)
    case answered(Answer)
    case over
  }

  private let state = Mutex(State.empty)

  /// Only the first answer counts.
  func resume(_ answer: Answer) {
    let waiting: CheckedContinuation<Answer, Never>? = state.withLock { state in
      switch state {
      case .empty:
        state = .answered(answer)
        return nil
      case .awaited(let continuation):
        state = .over
        return continuation
      case .answered, .over: return nil
      }
    }
    waiting?.resume(returning: answer)
  }

  func value(isolation: isolated (any Actor)? = #isolation) async throws(SyncError) -> Value {
    try await answer().get()
  }

  /// Waits without regard to cancellation: who cancels has to call `resume`.
  func answer(isolation: isolated (any Actor)? = #isolation) async -> Answer {
    await withCheckedContinuation { continuation in
      let early: Answer? = state.withLock { state in
        if case .answered(let answer) = state {
          state = .over
          return answer
        }
        state = .awaited(continuation)
        return nil
      }
      if let early { continuation.resume(returning: early) }
    }
  }
}
