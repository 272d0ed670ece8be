import Synchronization

/// The newest numbers of a transfer, written by the reader of its log.
final class LastStats: Sendable {
  private let stats = Mutex<LogLine.Stats?>(nil)

  var value: LogLine.Stats? { stats.withLock { $0 } }

  func set(_ new: LogLine.Stats) { stats.withLock { $0 = new } }
}
