import Synchronization

/// Counts what of a stream is done and tells it, not more often than a person can see.
final class SendMeter: Sendable {
  private struct State {
    var done: Int64 = 0
    /// How many files, in the order of the stream, fit into what is done, and their size with the next one's.
    var files = 0
    var filesSize: Int64 = 0
    var sizes: ContentSizes
    var told = ContinuousClock.now
    var isOver = false
  }

  private let total: Int64
  private let files: Int
  private let report: @Sendable (SyncProgress) -> Void
  private let state: Mutex<State>

  /// - Parameter sizes: of the files, in the order of the stream.
  init(
    total: Int64, files: Int, sizes: ContentSizes = ContentSizes([]),
    _ report: @escaping @Sendable (SyncProgress) -> Void
  ) {
    self.total = total
    self.files = files
    var sizes = sizes
    let first = sizes.next() ?? 0
    state = Mutex(State(filesSize: first, sizes: sizes))
    self.report = report
    report(SyncProgress(phase: .sending, bytesTotal: total, filesTotal: files))
  }

  /// So much more was done.
  @Sendable func add(_ bytes: Int64) { note { $0 + bytes } }

  /// So much is done by now.
  @Sendable func reach(_ bytes: Int64) { note { max($0, bytes) } }

  private func note(_ change: (Int64) -> Int64) {
    let news = state.withLock { state -> SyncProgress? in
      state.done = change(state.done)
      let now = ContinuousClock.now
      let isNewlyOver = state.done >= total && !state.isOver
      guard isNewlyOver || (!state.isOver && now - state.told > .milliseconds(50)) else {
        return nil
      }
      state.told = now
      state.isOver = isNewlyOver
      countFiles(&state)
      return SyncProgress(
        phase: isNewlyOver ? .committing : .sending, bytesTotal: total, bytesDone: state.done,
        filesTotal: files, filesDone: state.files)
    }
    if let news { report(news) }
  }

  private func countFiles(_ state: inout State) {
    while state.files < files, state.filesSize <= state.done {
      state.filesSize += state.sizes.next() ?? 0
      state.files += 1
    }
  }
}
