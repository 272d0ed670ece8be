import Synchronization

/// Counts from several tasks.
public final class Counter: Sendable {
  private let count = Atomic(0)

  public init() {}

  public var value: Int { count.load(ordering: .relaxed) }

  public func increase() {
    count.add(1, ordering: .relaxed)
  }
}
