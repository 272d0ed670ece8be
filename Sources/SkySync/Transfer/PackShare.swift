import Synchronization

/// Where nodes that lack the same files meet, so that these are read and compressed once.
///
/// The first to come waits a moment for the others, longest until every node has come or is done; who comes
/// later, or needs something else, gets a stream of its own.
final class PackShare: Sendable {
  /// One node's place at a stream.
  struct Place: Sendable {
    fileprivate let stream: PackStream
    fileprivate let reader: Int

    var isCompressed: Bool { stream.isCompressed }
    func next() async -> ChunkFan.Chunk? { await stream.next(for: reader) }
    func leave() { stream.leave(reader) }
    func result() throws(SyncError) -> PackResult { try stream.result() }
  }

  private struct Group {
    var list: PackList
    var sources: [SourceFolder]
    var canDecompress: Bool
    var waiting: [CheckedContinuation<Place, Never>]
    var isOpen = true
  }

  private struct State {
    var groups: [Group] = []
    /// Nodes that have neither come nor passed.
    var expected: Int
  }

  private let state: Mutex<State>
  private let moment = Duration.milliseconds(150)

  init(nodes: Int) {
    state = Mutex(State(expected: nodes))
  }

  private func join(
    _ list: PackList, from sources: [SourceFolder], canDecompress: Bool
  ) async -> Place {
    await withCheckedContinuation { continuation in
      let (group, isNew, isLast) = state.withLock { state -> (Int, Bool, Bool) in
        state.expected -= 1
        if let index = state.groups.firstIndex(where: {
          $0.isOpen && $0.canDecompress == canDecompress && $0.list == list
        }) {
          state.groups[index].waiting.append(continuation)
          return (index, false, state.expected <= 0)
        }
        state.groups.append(
          Group(
            list: list, sources: sources, canDecompress: canDecompress, waiting: [continuation]))
        return (state.groups.count - 1, true, state.expected <= 0)
      }
      if isLast {
        startAll()
      } else if isNew {
        Task {
          try? await Task.sleep(for: moment)
          await start(group)
        }
      }
    }
  }

  /// One node's leave to join once.
  final class Ticket: Sendable {
    private let share: PackShare
    private let isUsed = Atomic(false)

    fileprivate init(_ share: PackShare) { self.share = share }

    /// A place at a stream of `list`.
    func join(
      _ list: PackList, from sources: [SourceFolder], canDecompress: Bool
    ) async -> Place {
      isUsed.store(true, ordering: .relaxed)
      return await share.join(list, from: sources, canDecompress: canDecompress)
    }

    /// The node is done; if it never joined, nobody has to wait for it any more.
    func pass() {
      if !isUsed.exchange(true, ordering: .relaxed) { share.pass() }
    }
  }

  /// To be asked for once a node.
  func ticket() -> Ticket { Ticket(self) }

  private func pass() {
    let isLast = state.withLock { state in
      state.expected -= 1
      return state.expected <= 0
    }
    if isLast { startAll() }
  }

  private func startAll() {
    let groups = state.withLock { state in
      state.groups.indices.filter { state.groups[$0].isOpen }
    }
    for group in groups { Task { await start(group) } }
  }

  private func start(_ index: Int) async {
    let group = state.withLock { state -> Group? in
      guard state.groups[index].isOpen else { return nil }
      defer {
        state.groups[index].isOpen = false
        state.groups[index].waiting = []
        state.groups[index].sources = []
      }
      return state.groups[index]
    }
    guard let group else { return }
    let stream = await PackStream.start(
      group.list, from: group.sources, canDecompress: group.canDecompress,
      readers: group.waiting.count)
    for (reader, continuation) in group.waiting.enumerated() {
      continuation.resume(returning: Place(stream: stream, reader: reader))
    }
  }
}

/// Scans once, however many ask.
final class OneScan: Sendable {
  private let scan: @Sendable () async throws(SyncError) -> FileTree
  private let task = Mutex<Task<Result<FileTree, SyncError>, Never>?>(nil)

  init(_ scan: @escaping @Sendable () async throws(SyncError) -> FileTree) {
    self.scan = scan
  }

  /// Begins before anybody waits for it.
  func begin() { Task { try? await result() } }

  @Sendable func result() async throws(SyncError) -> FileTree {
    let task = task.withLock { task in
      if let task { return task }
      let scan = scan
      let made = Task { () -> Result<FileTree, SyncError> in
        do throws(SyncError) {
          return .success(try await scan())
        } catch {
          return .failure(error)
        }
      }
      task = made
      return made
    }
    return try await task.value.get()
  }
}
