/// A bucket of a task: `{name, source, store, mode, persistent}`.
public struct StorageSpec: Equatable, Sendable {
  /// How the bucket's files come to a node.
  public enum Mode: String, CaseIterable, Codable, Sendable {
    /// Seen through a mount; a write reaches the bucket when the file is closed.
    case mount = "MOUNT"
    /// Copied before the task starts.
    case copy = "COPY"
    /// Seen through a mount with a cache on the node; writes reach the bucket later.
    case mountCached = "MOUNT_CACHED"
  }

  public enum Source: Equatable, Sendable {
    /// A bucket that is there already.
    case bucket(BucketURI)
    /// Files and folders here that are uploaded; as written, without trailing slashes.
    case local([MaskedText])
  }

  /// What a cached mount is made for.
  public enum Preset: String, CaseIterable, Codable, Sendable {
    case modelCheckpointReadOnly = "MODEL_CHECKPOINT_RO"
    case modelCheckpointReadWrite = "MODEL_CHECKPOINT_RW"
    case datasetReadOnly = "DATASET_RO"
    case datasetReadWrite = "DATASET_RW"
  }

  /// The bucket to make or use; nil when `source` is one.
  public var name: String?
  /// nil: an empty bucket.
  public var source: Source?
  /// nil: the first store that can be used here.
  public var store: ObjectStore?
  public var mode: Mode
  /// false: the bucket goes when its cluster is taken down.
  public var persistent: Bool
  /// Of `mode: MOUNT_CACHED` only.
  public var preset: Preset?
  /// The mount refuses writes.
  public var readOnly: Bool
  /// Of `mode: MOUNT_CACHED` only.
  public var cache: CacheOptions

  public init(
    name: String? = nil, source: Source? = nil, store: ObjectStore? = nil, mode: Mode = .mount,
    persistent: Bool = true, preset: Preset? = nil, readOnly: Bool = false,
    cache: CacheOptions = CacheOptions()
  ) {
    self.name = name
    self.source = source
    self.store = store
    self.mode = mode
    self.persistent = persistent
    self.preset = preset
    self.readOnly = readOnly
    self.cache = cache
  }
}

/// `config.mount_cached`: what rclone's options of the same names take; nil for rclone's own choice.
public struct CacheOptions: Codable, Equatable, Sendable {
  /// `--transfers`
  public var transfers: Int?
  /// The options with a size or a time, by rclone's name without dashes, such as
  /// `vfs-cache-max-size: 20G`.
  public var options: [String: String] = [:]

  public init(transfers: Int? = nil, options: [String: String] = [:]) {
    self.transfers = transfers
    self.options = options
  }
}
