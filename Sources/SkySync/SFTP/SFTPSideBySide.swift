/// Moves several files at once, to hide the round trips of each, but not so much content at once that a cut would
/// find many files half done.
enum SFTPSideBySide {
  private static let mostFiles = 24
  private static let mostBytes: Int64 = 2 << 20

  /// - Parameters:
  ///   - work: a failure ends all of it.
  ///   - done: what came of it, as it comes, in no order.
  static func run<Item: Sendable, Done: Sendable>(
    _ items: some Sequence<Item>, size: (Item) -> Int64,
    _ work: @escaping @Sendable (Item) async -> Result<Done, SyncError>, done: (Done) -> Void
  ) async throws(SyncError) {
    let result = await withTaskGroup(of: (Int64, Result<Done, SyncError>).self) { group in
      var rest = items.makeIterator()
      var next = rest.next()
      var running = 0
      var bytes: Int64 = 0
      while running > 0 || next != nil {
        while let item = next, running < mostFiles,
          running == 0 || bytes + size(item) <= mostBytes
        {
          let count = size(item)
          next = rest.next()
          running += 1
          bytes += count
          group.addTask { (count, await work(item)) }
        }
        guard let (count, outcome) = await group.next() else { break }
        running -= 1
        bytes -= count
        switch outcome {
        case .success(let outcome): done(outcome)
        case .failure(let error): return Result<Void, SyncError>.failure(error)
        }
      }
      return .success(())
    }
    try result.get()
  }
}
