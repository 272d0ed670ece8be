/// Does `work` on every item, up to sixteen at once; the results are in the order of `items`.
///
/// Lets all of them finish, then throws the first error by that order: an error on one node does not
/// leave another half done.
func inParallel<Item: Sendable, Result: Sendable>(
  _ items: [Item], _ work: @escaping @Sendable (Item) async throws(ProviderError) -> Result
) async throws(ProviderError) -> [Result] {
  typealias Outcome = Swift.Result<Result, ProviderError>
  let outcomes = await withTaskGroup(of: (Int, Outcome).self) { group in
    var found = [Outcome?](repeating: nil, count: items.count)
    for (index, item) in items.enumerated() {
      if index >= 16, let (done, outcome) = await group.next() { found[done] = outcome }
      group.addTask { (index, await outcome(of: work, item)) }
    }
    for await (done, outcome) in group { found[done] = outcome }
    return found
  }
  var results: [Result] = []
  for outcome in outcomes.compactMap(\.self) { results.append(try outcome.get()) }
  return results
}

private func outcome<Item: Sendable, Result: Sendable>(
  of work: @Sendable (Item) async throws(ProviderError) -> Result, _ item: Item
) async -> Swift.Result<Result, ProviderError> {
  do { return .success(try await work(item)) } catch { return .failure(error) }
}
