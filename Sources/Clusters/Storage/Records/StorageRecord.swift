/// A bucket that sky's clusters use, or that sky made.
public struct StorageRecord: Equatable, Sendable {
  public var store: ObjectStore
  /// Of IBM's store.
  public var region: String?
  public var bucket: String
  /// The store's address when it is not its own.
  public var endpoint: String?
  /// What it is filled from, as the task names it: a URI or paths of this machine; nil for nothing.
  public var source: String?
  public var mode: StorageSpec.Mode
  /// false: it goes with the last cluster that uses it.
  public var persistent: Bool
  /// Only what sky made may sky delete.
  public var isOurs: Bool
  public var createdAt: Timestamp
  /// The clusters that use it, by name.
  public var clusters: [String]

  public init(
    store: ObjectStore, region: String? = nil, bucket: String, endpoint: String? = nil,
    source: String? = nil, mode: StorageSpec.Mode, persistent: Bool = true, isOurs: Bool,
    createdAt: Timestamp, clusters: [String] = []
  ) {
    self.store = store
    self.region = region
    self.bucket = bucket
    self.endpoint = endpoint
    self.source = source
    self.mode = mode
    self.persistent = persistent
    self.isOurs = isOurs
    self.createdAt = createdAt
    self.clusters = clusters
  }

  public var uri: BucketURI { BucketURI(store, region: region, bucket: bucket) }
}
