import SkySync
import Synchronization

/// A block of lines at the end of the terminal's screen: redrawn in place, a few times a second, and erased at
/// the end. Does nothing where stderr is no terminal. What is short is never shown.
final class LiveProgress: Sendable {
  private struct State {
    var board: ProgressBoard
    /// Lines that stand on the screen.
    var shown = 0
    /// Reasons not to draw: somebody is being asked something.
    var holds = 0
    var begin: ContinuousClock.Instant?
    var ticker: Task<Void, Never>?
  }

  private let base: Console
  private let verb: String
  private let state: Mutex<State>
  private static let delay = Duration.milliseconds(400)
  private static let tick = Duration.milliseconds(120)

  /// - Parameter verb: what is done with the content, such as `sending`.
  init(_ console: Console, verb: String) {
    base = console
    self.verb = verb
    state = Mutex(State(board: ProgressBoard(verb: verb)))
  }

  /// Writes where the block stands, which gives way and is drawn again below.
  var console: Console {
    var console = base
    console.write = { [self] bytes, descriptor in
      state.withLock { state in
        erase(&state)
        base.write(bytes, descriptor)
      }
    }
    return console
  }

  func update(_ name: String, _ progress: SyncProgress) {
    guard base.live else { return }
    state.withLock { state in
      let begin = state.begin ?? .now
      state.begin = begin
      state.board.update(name, progress, at: .now - begin)
      if state.ticker == nil { state.ticker = Task { [weak self] in await self?.run() } }
    }
  }

  /// Nothing is drawn until as many are released.
  func hold(_ count: Int = 1) {
    state.withLock { state in
      state.holds += count
      erase(&state)
    }
  }

  func release() { state.withLock { $0.holds -= 1 } }

  /// Erases the block and forgets all rows.
  func end() {
    state.withLock { state in
      state.ticker?.cancel()
      state.ticker = nil
      state.begin = nil
      state.board = ProgressBoard(verb: verb)
      erase(&state)
    }
  }

  private func run() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: Self.tick)
      draw()
    }
  }

  private func draw() {
    state.withLock { state in
      guard let begin = state.begin, state.holds == 0, state.ticker?.isCancelled == false,
        .now - begin >= Self.delay
      else { return }
      let screen = base.screen()
      let lines = state.board.lines(
        width: screen.columns, height: min(screen.rows / 2, 20), at: .now - begin)
      // One write, each line over the old one: nothing flickers.
      var text = Self.up(state.shown)
      for line in lines { text += "\(line)\u{1B}[K\n" }
      if lines.count < state.shown { text += "\u{1B}[J" }
      base.write(Array(text.utf8), 2)
      state.shown = lines.count
    }
  }

  private func erase(_ state: inout State) {
    guard state.shown > 0 else { return }
    base.write(Array("\(Self.up(state.shown))\u{1B}[J".utf8), 2)
    state.shown = 0
  }

  private static func up(_ lines: Int) -> String { lines > 0 ? "\r\u{1B}[\(lines)A" : "" }
}
