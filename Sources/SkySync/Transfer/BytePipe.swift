import Dispatch
import Synchronization

/// A bounded queue from a task that receives bytes to a thread that works them up.
final class BytePipe: Sendable {
  private struct State {
    var chunks: [[UInt8]] = []
    var finished = false
    var abandoned = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())
  private let items = DispatchSemaphore(value: 0)
  private let capacity = 16

  /// Hands over `chunk`; waits while the queue is full. False when nobody takes any more.
  func send(_ chunk: [UInt8]) async -> Bool {
    let accepted = state.withLock { state in
      guard !state.abandoned else { return false }
      state.chunks.append(chunk)
      return true
    }
    guard accepted else { return false }
    items.signal()
    await withCheckedContinuation { continuation in
      let hasRoom = state.withLock { state in
        if state.chunks.count < capacity || state.abandoned { return true }
        state.waiter = continuation
        return false
      }
      if hasRoom { continuation.resume() }
    }
    return state.withLock { !$0.abandoned }
  }

  /// No more chunks come.
  func finish() {
    state.withLock { $0.finished = true }
    items.signal()
  }

  /// The next chunk; blocks. nil at the end.
  func receive() -> [UInt8]? {
    items.wait()
    let (chunk, waiter) = state.withLock {
      state -> ([UInt8]?, CheckedContinuation<Void, Never>?) in
      guard !state.chunks.isEmpty else { return (nil, nil) }
      defer { state.waiter = nil }
      return (state.chunks.removeFirst(), state.waiter)
    }
    waiter?.resume()
    // The end stays the end, however often it is asked for.
    if chunk == nil { items.signal() }
    return chunk
  }

  /// Nobody takes any more.
  func abandon() {
    let waiter = state.withLock { state in
      state.abandoned = true
      state.chunks = []
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }
}
