import Dispatch
import Synchronization

/// A bounded queue from a thread that makes bytes (it waits while the queue is full) to a task that sends them.
final class ChunkPipe: Sendable {
  private struct State {
    var chunks: [[UInt8]] = []
    var finished = false
    var abandoned = false
    var waiter: CheckedContinuation<[UInt8]?, Never>?
  }

  private let state = Mutex(State())
  private let room: DispatchSemaphore

  /// - Parameter capacity: how many chunks wait at most.
  init(capacity: Int) {
    room = DispatchSemaphore(value: capacity)
  }

  /// Hands over `chunk`; blocks while the queue is full. False when nobody reads any more.
  func send(_ chunk: [UInt8]) -> Bool {
    room.wait()
    let (waiter, accepted) = state.withLock { state in
      guard !state.abandoned else { return (nil as CheckedContinuation<[UInt8]?, Never>?, false) }
      if let waiter = state.waiter {
        state.waiter = nil
        return (waiter, true)
      }
      state.chunks.append(chunk)
      return (nil, true)
    }
    if let waiter {
      room.signal()
      waiter.resume(returning: chunk)
    }
    return accepted
  }

  /// No more chunks come.
  func finish() {
    let waiter = state.withLock { state in
      state.finished = true
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: nil)
  }

  /// The next chunk, nil after the last. One task reads.
  func next() async -> [UInt8]? {
    await withCheckedContinuation { continuation in
      let ready: [UInt8]?? = state.withLock { state in
        if !state.chunks.isEmpty { return .some(state.chunks.removeFirst()) }
        if state.finished || state.abandoned { return .some(nil) }
        state.waiter = continuation
        return nil
      }
      guard let ready else { return }
      if ready != nil { room.signal() }
      continuation.resume(returning: ready)
    }
  }

  /// Nobody reads any more: the sender is told at its next chunk.
  func abandon() {
    let waiter = state.withLock { state in
      state.abandoned = true
      state.chunks = []
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: nil)
    room.signal()
  }
}
