/// What happened to every line that could have set something; kept only for explanations.
struct Trace: Sendable {
  enum Outcome: Equatable, Sendable {
    case applied
    /// An earlier line had set it.
    case shadowed
    /// The line's block did not apply; an index into `blocks`.
    case inactive(block: Int)
  }

  struct Event: Sendable {
    var keyword: Keyword
    var value: Value
    var source: SourceLine
    var outcome: Outcome
  }

  /// A Host or Match line, or an Include in a block that does not apply.
  struct Block: Sendable {
    var header: String
    var source: SourceLine
    var reason: String
  }

  private(set) var events: [Event] = []
  /// For each event, which value of its line it is.
  private var orders: [UInt16] = []
  private(set) var blocks: [Block] = []
  /// Where each line's event is; kept from the moment that a file is read again.
  private var places: [Key: Int]?

  private struct Key: Hashable {
    var source: SourceLine
    var keyword: Keyword
    var order: Int
  }

  mutating func add(block: Block) -> Int {
    blocks.append(block)
    return blocks.count - 1
  }

  /// In a second pass a line that counted before keeps what it had; one that did not may still apply.
  ///
  /// `order` tells the values of one line apart.
  mutating func add(_ event: Event, order: Int = 0) {
    guard places != nil else {
      events.append(event)
      orders.append(UInt16(truncatingIfNeeded: order))
      return
    }
    let key = Key(source: event.source, keyword: event.keyword, order: order)
    if let place = places?[key] {
      if case .inactive = events[place].outcome { events[place] = event }
    } else {
      places?[key] = events.count
      events.append(event)
    }
  }

  /// From here on lines may come that were seen before.
  mutating func expectRepeats() {
    guard places == nil else { return }
    var places: [Key: Int] = [:]
    places.reserveCapacity(events.count)
    for (index, event) in events.enumerated() {
      let key = Key(
        source: event.source, keyword: event.keyword, order: Int(orders[index]))
      if places[key] == nil { places[key] = index }
    }
    self.places = places
  }
}
