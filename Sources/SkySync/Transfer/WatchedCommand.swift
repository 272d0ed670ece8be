import Synchronization

/// A command that is given up when it neither takes nor gives a byte for too long while it is waited for.
final class WatchedCommand: RemoteCommand {
  private struct State {
    var waiting = 0
    var since = ContinuousClock.now
    var patience: Duration
    var gaveUp = false
    var bytesOut: Int64 = 0
  }

  private let command: any RemoteCommand
  private let host: String
  private let state: Mutex<State>

  init(_ command: any RemoteCommand, host: String, patience: Duration) {
    self.command = command
    self.host = host
    state = Mutex(State(patience: patience))
  }

  /// From now on silence may last that much longer.
  func wait(longerBy more: Duration) { state.withLock { $0.patience += more } }

  /// What was written so far.
  var bytesOut: Int64 { state.withLock { $0.bytesOut } }

  /// Runs `body` while watching; ends the command when the patience is over or `body` throws.
  func watching<Result: Sendable>(
    _ body: @Sendable () async -> Swift.Result<Result, SyncError>
  ) async throws(SyncError) -> Result {
    let watcher = Task { await self.watch() }
    // Not waited for: once the answer is there, the command's end would cost one more way to the node.
    Task { await self.drainErrors() }
    let result = await withTaskCancellationHandler {
      await body()
    } onCancel: {
      Task { await self.command.abandon() }
    }
    watcher.cancel()
    switch result {
    case .success(let value): return value
    case .failure(let error):
      await command.abandon()
      throw Task.isCancelled ? SyncError(.cancelled, host, "was interrupted") : error
    }
  }

  private func watch() async {
    while !Task.isCancelled {
      let left = state.withLock { state in
        state.waiting > 0 ? state.patience - (ContinuousClock.now - state.since) : state.patience
      }
      if left <= .zero {
        state.withLock { $0.gaveUp = true }
        await command.abandon()
        return
      }
      try? await Task.sleep(for: left)
    }
  }

  private func timed<Result>(
    _ body: () async throws(SyncError) -> Result
  ) async throws(SyncError) -> Result {
    state.withLock { state in
      state.waiting += 1
      state.since = .now
    }
    defer {
      state.withLock { state in
        state.waiting -= 1
        state.since = .now
      }
    }
    let outcome: Swift.Result<Result, SyncError>
    do {
      outcome = .success(try await body())
    } catch {
      outcome = .failure(error)
    }
    // A connection that we ended ourselves may look like an orderly end.
    let (gaveUp, patience) = state.withLock { ($0.gaveUp, $0.patience) }
    guard !gaveUp else {
      throw SyncError(.timeout, host, "the node said nothing for \(patience)")
    }
    return try outcome.get()
  }

  func write(_ bytes: [UInt8]) async throws(SyncError) {
    try await timed { () async throws(SyncError) in try await command.write(bytes) }
    state.withLock { $0.bytesOut += Int64(bytes.count) }
  }

  func finishInput() async throws(SyncError) { try await command.finishInput() }

  func read() async throws(SyncError) -> [UInt8]? {
    try await timed { () async throws(SyncError) in try await command.read() }
  }

  func readError() async throws(SyncError) -> [UInt8]? { try await command.readError() }

  func outcome() async throws(SyncError) -> RemoteOutcome { try await command.outcome() }

  func abandon() async { await command.abandon() }

  /// Reads standard error to its end and forgets it: only so that the shared window does not fill.
  private func drainErrors() async {
    while let bytes = try? await readError(), !bytes.isEmpty {}
  }
}
