/// `sky storage ls`: the buckets that sky made or that its clusters use.
public struct ListStorage: Sendable {
  let state: StateStore
  let here: ObjectStores

  public init(_ state: StateStore, here: ObjectStores) {
    self.state = state
    self.here = here
  }

  /// A bucket with its size; nil when the store did not say in time or cannot be asked.
  public struct Entry: Equatable, Sendable {
    public var storage: StorageRecord
    public var size: BucketSize?
    /// The bucket was deleted past sky.
    public var isGone: Bool
  }

  /// By store and name; all buckets are measured side by side, each for `patience` at most.
  public func run(patience: Duration = .seconds(10)) async throws(StateError) -> [Entry] {
    let records = try await state.storage()
    return await withTaskGroup(of: (Int, Entry).self) { group in
      for (number, record) in records.enumerated() {
        group.addTask { (number, await entry(record, patience)) }
      }
      var entries: [(Int, Entry)] = []
      for await entry in group { entries.append(entry) }
      return entries.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  private func entry(_ record: StorageRecord, _ patience: Duration) async -> Entry {
    do throws(StorageError) {
      try await here.checkPlace(of: record)
      let size = try await here.size(of: record.uri, patience: patience)
      return Entry(storage: record, size: size, isGone: false)
    } catch {
      return Entry(storage: record, size: nil, isGone: error.code == .noBucket)
    }
  }
}

extension ObjectStores {
  /// Throws when the store's address is not the one that the bucket was recorded with: another bucket may
  /// have its name there.
  func checkPlace(of record: StorageRecord) async throws(StorageError) {
    let endpoint = try await remote(record.store, region: record.region).settings["endpoint"]?.value
    guard endpoint != record.endpoint else { return }
    throw StorageError(
      .failed, "\(record.uri)",
      "was made at \(record.endpoint ?? record.store.title), and now \(record.store.title) is used "
        + "at \(endpoint ?? "its own address")",
      advice: "Set the address that it was made with, such as AWS_ENDPOINT_URL_S3.")
  }
}
