import Synchronization

/// Holds back connections that are not logged in yet: sshd drops them at random when there are too many
/// (MaxStartups, by default from the tenth on).
final class HandshakeGate: Sendable {
  static let shared = HandshakeGate(perHost: 8, total: 32)

  private struct Waiting {
    let host: String
    let turn: Once<Void>
  }

  private struct State {
    var inside: [String: Int] = [:]
    var total = 0
    var waiting: [Waiting] = []
  }

  private let state = Mutex(State())
  private let perHost: Int
  private let total: Int

  init(perHost: Int, total: Int) {
    self.perHost = perHost
    self.total = total
  }

  /// Waits for a place, in the order of arrival among those to the same host. The caller leaves again.
  func enter(_ host: String, _ interrupt: Interrupt) async throws(SyncError) {
    let turn = Once<Void>()
    state.withLock { state in
      state.waiting.append(Waiting(host: host, turn: turn))
      admit(&state)
    }
    let place = interrupt.onTrip { turn.resume(.failure($0)) }
    defer { interrupt.forget(place) }
    do { try await turn.value() } catch {
      withdraw(turn, host)
      throw error
    }
  }

  func leave(_ host: String) {
    state.withLock { state in
      state.total -= 1
      let left = (state.inside[host] ?? 1) - 1
      state.inside[host] = left == 0 ? nil : left
      admit(&state)
    }
  }

  /// Interrupted while it waited, or just after it was let in.
  private func withdraw(_ turn: Once<Void>, _ host: String) {
    let wasWaiting = state.withLock { state in
      let before = state.waiting.count
      state.waiting.removeAll { $0.turn === turn }
      return state.waiting.count < before
    }
    if !wasWaiting { leave(host) }
  }

  private func admit(_ state: inout State) {
    var place = 0
    while state.total < total && place < state.waiting.count {
      let next = state.waiting[place]
      guard state.inside[next.host, default: 0] < perHost else {
        place += 1
        continue
      }
      state.waiting.remove(at: place)
      state.inside[next.host, default: 0] += 1
      state.total += 1
      next.turn.resume(.success(()))
    }
  }
}
