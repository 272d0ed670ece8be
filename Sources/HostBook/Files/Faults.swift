import Synchronization
import SystemPackage

/// The calls by which files are changed, as fault scripts name them.
package enum FileCall: String, CaseIterable, Sendable {
  case open, write, sync, chmod, chown, rename, link, unlink, makeFolder, removeFolder
}

/// Lets a test break the file calls of one task: none of them is simulated unless a script is bound.
///
/// A script sees every file-changing call before it happens. Once it says `die`, no later call does
/// anything, not even a clean-up: the disk is left as `kill -9` at that point would leave it.
package final class FaultScript: Sendable {
  package enum Verdict: Equatable, Sendable {
    case proceed
    case fail(Errno)
    /// The process is gone before the call.
    case die
    /// Only this many bytes are written, then the process is gone (`write` only).
    case tear(Int)
  }

  @TaskLocal package static var current: FaultScript?

  private struct State {
    var calls: [FileCall] = []
    var dead = false
  }
  private let state = Mutex(State())
  private let judge: @Sendable (_ index: Int, _ call: FileCall) -> Verdict

  /// `judge` gets each call's number, from 0, and its kind.
  package init(_ judge: @escaping @Sendable (_ index: Int, _ call: FileCall) -> Verdict) {
    self.judge = judge
  }

  /// Every call that was asked for before the process "died".
  package var calls: [FileCall] { state.withLock { $0.calls } }

  func verdict(_ call: FileCall) -> Verdict {
    state.withLock { state in
      if state.dead { return .fail(.canceled) }
      let verdict = judge(state.calls.count, call)
      state.calls.append(call)
      switch verdict {
      case .die:
        state.dead = true
        return .fail(.canceled)
      case .tear:
        state.dead = true
        return verdict
      case .proceed, .fail:
        return verdict
      }
    }
  }
}
