/// Moves several files at once, to hide the round trips of each, but not so much content at once that a cut would
/// find many files half done.
enum SFTPSideBySide {
  private static let mostFiles = 24
  private static let mostBytes: Int64 = 2 << 20

  /// - Parameter work: a failure ends all of it.
  static func run<Item: Sendable, Done: Sendable>(
    _ items: [Item], size: (Item) -> Int64,
    _ work: @escaping @Sendable (Item) async -> Result<Done, SyncError>
  ) async throws(SyncError) -> [Done] {
    let result = await withTaskGroup(of: (Int64, Result<Done, SyncError>).self) { group in
      var all: [Done] = []
      var rest = items[...]
      var running = 0
      var bytes: Int64 = 0
      while running > 0 || !rest.isEmpty {
        while let item = rest.first, running < mostFiles,
          running == 0 || bytes + size(item) <= mostBytes
        {
          let count = size(item)
          rest.removeFirst()
          running += 1
          bytes += count
          group.addTask { (count, await work(item)) }
        }
        guard let (count, done) = await group.next() else { break }
        running -= 1
        bytes -= count
        switch done {
        case .success(let done): all.append(done)
        case .failure(let error): return Result<[Done], SyncError>.failure(error)
        }
      }
      return .success(all)
    }
    return try result.get()
  }
}
