import Dispatch
import Synchronization

/// Hands the chunks that one thread makes to several tasks, each at its own pace.
///
/// The maker waits while every reader is behind. When only some are, it goes on for the others: what the slow
/// ones have not read yet is kept in memory up to a limit, beyond that in an unlinked file.
final class ChunkFan: Sendable {
  /// A chunk and how much content went into the stream up to its end.
  struct Chunk: Sendable {
    var bytes: [UInt8]
    var contentDone: Int64
  }

  private enum Kept {
    case memory(Chunk)
    case file(offset: Int64, count: Int, contentDone: Int64)
  }

  private struct State {
    var kept: [Kept] = []
    /// The number of the first kept chunk.
    var first = 0
    /// The next chunk of each reader; nil once it wants no more.
    var positions: [Int?]
    var waiters: [CheckedContinuation<Void, Never>?]
    var finished = false
    var makerWaits = false
    /// The number of the first chunk that may be in memory still.
    var inMemory = 0
    var spill: SpillFile?
  }

  private let state: Mutex<State>
  private let room = DispatchSemaphore(value: 0)
  /// How far ahead of the fastest reader the maker works, and what is kept in memory for slower ones.
  private let ahead = 16
  private let mostInMemory = 128

  init(readers: Int) {
    state = Mutex(
      State(
        positions: Array(repeating: 0, count: readers),
        waiters: Array(repeating: nil, count: readers)))
  }

  // MARK: the maker

  /// Adds `chunk`; blocks while all readers are behind. False when nobody reads any more.
  func send(_ chunk: Chunk) -> Bool {
    while true {
      let mustWait = state.withLock { state -> Bool in
        guard let fastest = state.positions.compactMap({ $0 }).max() else { return false }
        state.makerWaits = state.first + state.kept.count - fastest >= ahead
        return state.makerWaits
      }
      guard mustWait else { break }
      room.wait()
    }
    let (isWanted, waiters) = state.withLock {
      state -> (Bool, [CheckedContinuation<Void, Never>]) in
      guard state.positions.contains(where: { $0 != nil }) else { return (false, []) }
      state.kept.append(.memory(chunk))
      spill(&state)
      return (true, Self.takeWaiters(&state))
    }
    for waiter in waiters { waiter.resume() }
    return isWanted
  }

  /// No more chunks come.
  func finish() {
    let waiters = state.withLock { state in
      state.finished = true
      return Self.takeWaiters(&state)
    }
    for waiter in waiters { waiter.resume() }
  }

  private static func takeWaiters(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
    defer { state.waiters = state.waiters.map { _ in nil } }
    return state.waiters.compactMap { $0 }
  }

  /// Moves the oldest chunk in memory to the file when there are too many; without a file they stay.
  private func spill(_ state: inout State) {
    state.inMemory = max(state.inMemory, state.first)
    while state.first + state.kept.count - state.inMemory > mostInMemory {
      let index = state.inMemory - state.first
      if case .memory(let chunk) = state.kept[index] {
        if state.spill == nil { state.spill = SpillFile() }
        guard let offset = state.spill?.append(chunk.bytes) else { return }
        state.kept[index] = .file(
          offset: offset, count: chunk.bytes.count, contentDone: chunk.contentDone)
      }
      state.inMemory += 1
    }
  }

  // MARK: the readers

  /// The next chunk for `reader`, nil at the end. One task asks for each reader.
  func next(for reader: Int) async -> Chunk? {
    while true {
      let (chunk, isOver) = take(for: reader)
      if chunk != nil || isOver { return chunk }
      await withCheckedContinuation { continuation in
        let isReady = state.withLock { state in
          guard let position = state.positions[reader], !state.finished,
            position >= state.first + state.kept.count
          else { return true }
          state.waiters[reader] = continuation
          return false
        }
        if isReady { continuation.resume() }
      }
    }
  }

  private func take(for reader: Int) -> (Chunk?, isOver: Bool) {
    state.withLock { state in
      guard let position = state.positions[reader] else { return (nil, true) }
      guard position < state.first + state.kept.count else { return (nil, state.finished) }
      let chunk = Self.load(state.kept[position - state.first], state.spill)
      state.positions[reader] = position + 1
      forget(&state)
      return (chunk, chunk == nil)
    }
  }

  private static func load(_ kept: Kept, _ file: SpillFile?) -> Chunk? {
    switch kept {
    case .memory(let chunk): chunk
    case .file(let offset, let count, let contentDone):
      file?.read(count, at: offset).map { Chunk(bytes: $0, contentDone: contentDone) }
    }
  }

  /// `reader` wants no more.
  func leave(_ reader: Int) {
    let waiter = state.withLock { state in
      state.positions[reader] = nil
      forget(&state)
      defer { state.waiters[reader] = nil }
      return state.waiters[reader]
    }
    waiter?.resume()
  }

  /// Drops what everyone has, and lets the maker look again.
  private func forget(_ state: inout State) {
    let end = state.first + state.kept.count
    let slowest = state.positions.compactMap { $0 }.min() ?? end
    state.kept.removeFirst(slowest - state.first)
    state.first = slowest
    if state.makerWaits {
      state.makerWaits = false
      room.signal()
    }
  }
}
