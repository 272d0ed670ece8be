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
  private(set) var blocks: [Block] = []
  private var places: [Key: Int] = [:]

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
    let key = Key(source: event.source, keyword: event.keyword, order: order)
    guard let place = places[key] else {
      places[key] = events.count
      events.append(event)
      return
    }
    if case .inactive = events[place].outcome { events[place] = event }
  }
}
