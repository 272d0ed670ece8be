/// Timers in the order in which they fall due: a binary heap, with removal by name.
struct TimerHeap {
  typealias ID = UInt64

  private var heap: [(due: ContinuousClock.Instant, id: ID)] = []
  private var actions: [ID: EventLoop.Action] = [:]
  private var last: ID = 0

  init() {}

  /// When the next timer falls due; a removed one may still be counted here, once.
  var next: ContinuousClock.Instant? { heap.first?.due }

  mutating func insert(_ due: ContinuousClock.Instant, _ action: @escaping EventLoop.Action) -> ID {
    last += 1
    actions[last] = action
    heap.append((due, last))
    rise(heap.count - 1)
    return last
  }

  mutating func remove(_ id: ID) {
    actions[id] = nil
  }

  mutating func takeDue(_ now: ContinuousClock.Instant) -> [EventLoop.Action] {
    var due: [EventLoop.Action] = []
    while let first = heap.first, first.due <= now {
      if let action = actions.removeValue(forKey: first.id) { due.append(action) }
      heap.swapAt(0, heap.count - 1)
      heap.removeLast()
      sink()
    }
    return due
  }

  private mutating func rise(_ start: Int) {
    var place = start
    while place > 0, heap[place].due < heap[(place - 1) / 2].due {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private mutating func sink() {
    var place = 0
    while 2 * place + 1 < heap.count {
      var child = 2 * place + 1
      if child + 1 < heap.count, heap[child + 1].due < heap[child].due { child += 1 }
      guard heap[child].due < heap[place].due else { return }
      heap.swapAt(place, child)
      place = child
    }
  }
}
