import Synchronization

/// Counts what was read for a stream and tells it, not more often than a person can see.
final class SendMeter: Sendable {
  private let total: Int64
  private let files: Int
  private let report: @Sendable (SyncProgress) -> Void
  private let state: Mutex<(done: Int64, told: ContinuousClock.Instant)>

  init(total: Int64, files: Int, _ report: @escaping @Sendable (SyncProgress) -> Void) {
    self.total = total
    self.files = files
    self.report = report
    state = Mutex((0, .now))
    report(SyncProgress(phase: .sending, bytesTotal: total, filesTotal: files))
  }

  @Sendable func add(_ bytes: Int64) {
    let done = state.withLock { state -> Int64? in
      state.done += bytes
      let now = ContinuousClock.now
      guard state.done >= total || now - state.told > .milliseconds(50) else { return nil }
      state.told = now
      return state.done
    }
    guard let done else { return }
    let phase: SyncProgress.Phase = done >= total ? .committing : .sending
    report(SyncProgress(phase: phase, bytesTotal: total, bytesDone: done, filesTotal: files))
  }
}
