import Synchronization

/// Counts what of a stream is done and tells it, not more often than a person can see.
final class SendMeter: Sendable {
  private let total: Int64
  private let files: Int
  private let report: @Sendable (SyncProgress) -> Void
  private let state: Mutex<(done: Int64, told: ContinuousClock.Instant, isOver: Bool)>

  init(total: Int64, files: Int, _ report: @escaping @Sendable (SyncProgress) -> Void) {
    self.total = total
    self.files = files
    self.report = report
    state = Mutex((0, .now, false))
    report(SyncProgress(phase: .sending, bytesTotal: total, filesTotal: files))
  }

  /// So much more was done.
  @Sendable func add(_ bytes: Int64) { note { $0 + bytes } }

  /// So much is done by now.
  @Sendable func reach(_ bytes: Int64) { note { max($0, bytes) } }

  private func note(_ change: (Int64) -> Int64) {
    let done = state.withLock { state -> Int64? in
      state.done = change(state.done)
      let now = ContinuousClock.now
      let isNewlyOver = state.done >= total && !state.isOver
      guard isNewlyOver || (!state.isOver && now - state.told > .milliseconds(50)) else {
        return nil
      }
      state.told = now
      state.isOver = isNewlyOver
      return state.done
    }
    guard let done else { return }
    let phase: SyncProgress.Phase = done >= total ? .committing : .sending
    report(SyncProgress(phase: phase, bytesTotal: total, bytesDone: done, filesTotal: files))
  }
}
