import Synchronization

/// The channels that one stream travels through, in stripes: a server takes at most 2 MiB a round trip from
/// each (OpenSSH's channels.h), which is what bounds one channel at a distance.
///
/// The first channel tells in which order the stripes belong: `BYTES LANE` and a newline before each, and
/// after that the bytes of those that are its own. Others join while the stream is on its way; with fewer, or
/// none, it just takes longer. What the node's server hands to its program in order is slow, so that with enough
/// others the first channel carries nothing else: at the far ends of these, stripes are collected at once.
final class Lanes: Sendable {
  /// How many channels are opened beside the first.
  static let most = 4
  /// Small enough for each lane to have the next in its window while the others are read. `LaneScript` collects
  /// as many bytes before it passes them on.
  private static let stripe = 1 << 20

  private struct State {
    var others: [any RemoteCommand] = []
    var isOver = false
    var bytesOut: Int64 = 0
  }

  private let main: WatchedCommand
  private let host: any CommandHost
  private let folder: [UInt8]
  private let state = Mutex(State())
  private let opening = Mutex<Task<Void, Never>?>(nil)

  /// - Parameter folder: where the FIFOs are on the node.
  init(_ main: WatchedCommand, on host: any CommandHost, folder: [UInt8]) {
    self.main = main
    self.host = host
    self.folder = folder
  }

  /// What went through the channels beside the first.
  var bytesOut: Int64 { state.withLock { $0.bytesOut } }

  // MARK: opening

  /// The node has opened the FIFOs: begins to open channels, as many as the server allows.
  func open() {
    let task = Task {
      for number in 1...Self.most {
        guard let lane = try? await self.lane(number) else { return }
        let isLate = self.state.withLock { state in
          if !state.isOver { state.others.append(lane) }
          return state.isOver
        }
        if isLate { return await lane.abandon() }
      }
    }
    opening.withLock { $0 = task }
  }

  private func lane(_ number: Int) async throws(SyncError) -> any RemoteCommand {
    let mark = "sky-" + PushConversation.randomHex()
    let path = folder + [UInt8]("/\(number)")
    let line = ShellCommand.line(
      script: LaneScript.text, arguments: [mark, ShellCommand.escape(path)])
    let command = try await host.start(line)
    var frames = FrameReader(command, mark: mark, host: host.name)
    guard let frame = try await frames.next(), frame.name == "up" else {
      await command.abandon()
      throw SyncError(.badAnswer, host.name, "one more channel cannot be used")
    }
    return command
  }

  /// Nothing more is sent: ends what is still being opened, and the others' input or, after a failure, all.
  func close(failed: Bool) async {
    opening.withLock { $0 }?.cancel()
    let others = state.withLock { state in
      state.isOver = true
      return state.others
    }
    for lane in others {
      if failed { await lane.abandon() } else { try? await lane.finishInput() }
    }
  }

  // MARK: sending

  /// Sends the whole stream.
  func send(
    _ stream: PackShare.Place, progress: @Sendable (Int64) -> Void
  ) async throws(SyncError) {
    // Lines count on the first channel, so that it gets more places.
    let first = WriteQueue(main, places: 2 + Self.most)
    do {
      try await send(stream, first, progress)
    } catch {
      // What the node was told of is still read there, so that it can end in good order.
      try? await first.drain()
      throw error
    }
  }

  private func send(
    _ stream: PackShare.Place, _ first: WriteQueue, _ progress: @Sendable (Int64) -> Void
  ) async throws(SyncError) {
    var others: [WriteQueue] = []
    var turn = 0
    var bytes: [UInt8] = []
    while let chunk = await stream.next() {
      bytes += chunk.bytes
      while bytes.count >= Self.stripe {
        for lane in state.withLock({ $0.others }).dropFirst(others.count) {
          others.append(WriteQueue(lane, places: 2))
        }
        turn = turn < others.count ? turn + 1 : others.count > 2 ? 1 : 0
        let piece = Array(bytes.prefix(Self.stripe))
        bytes.removeFirst(Self.stripe)
        let line = Array("\(piece.count) \(turn)\n".utf8)
        try await first.add(turn == 0 ? line + piece : line)
        if turn > 0 {
          try await others[turn - 1].add(piece)
          state.withLock { $0.bytesOut += Int64(piece.count) }
        }
      }
      progress(chunk.contentDone)
    }
    // Less than a stripe: the lanes would wait for the rest of it.
    if !bytes.isEmpty { try await first.add(Array("\(bytes.count) 0\n".utf8) + bytes) }
    for queue in [first] + others { try await queue.drain() }
  }
}

/// Writes to one command in the order in which it was asked to, a little behind.
private final class WriteQueue {
  private let command: any RemoteCommand
  private var pending: [Task<Result<Void, SyncError>, Never>] = []
  private let places: Int

  init(_ command: any RemoteCommand, places: Int) {
    self.command = command
    self.places = places
  }

  func add(_ bytes: [UInt8]) async throws(SyncError) {
    while pending.count >= places { try await pending.removeFirst().value.get() }
    let (command, before) = (command, pending.last)
    pending.append(
      Task {
        do throws(SyncError) {
          try await before?.value.get()
          try await command.write(bytes)
          return .success(())
        } catch {
          return .failure(error)
        }
      })
  }

  func drain() async throws(SyncError) {
    while !pending.isEmpty { try await pending.removeFirst().value.get() }
  }
}
