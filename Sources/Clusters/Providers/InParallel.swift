/// Does `work` on every item, up to `width` at once; the results are in the order of `items`.
///
/// Lets all of them finish, then throws the first error by that order: an error on one node does not
/// leave another half done.
func inParallel<Item: Sendable, Value: Sendable, Failure: Error>(
  _ items: [Item], width: Int = 16,
  _ work: @escaping @Sendable (Item) async throws(Failure) -> Value
) async throws(Failure) -> [Value] {
  var values: [Value] = []
  for result in await resultsInParallel(items, width: width, work) {
    values.append(try result.get())
  }
  return values
}

/// As `inParallel`, with every item's own outcome.
func resultsInParallel<Item: Sendable, Value: Sendable, Failure: Error>(
  _ items: [Item], width: Int = 16,
  _ work: @escaping @Sendable (Item) async throws(Failure) -> Value
) async -> [Result<Value, Failure>] {
  await withTaskGroup(of: (Int, Result<Value, Failure>).self) { group in
    var found = [Result<Value, Failure>?](repeating: nil, count: items.count)
    for (index, item) in items.enumerated() {
      if index >= width, let (done, result) = await group.next() { found[done] = result }
      group.addTask { (index, await result(of: work, item)) }
    }
    for await (done, result) in group { found[done] = result }
    return found.compactMap(\.self)
  }
}

private func result<Item: Sendable, Value: Sendable, Failure: Error>(
  of work: @Sendable (Item) async throws(Failure) -> Value, _ item: Item
) async -> Result<Value, Failure> {
  do throws(Failure) { return .success(try await work(item)) } catch { return .failure(error) }
}
