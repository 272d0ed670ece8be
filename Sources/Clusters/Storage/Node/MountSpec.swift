/// A bucket, or a prefix in one, that a node sees as a folder.
public struct MountSpec: Equatable, Sendable {
  public var uri: BucketURI
  public var remote: RcloneRemote
  /// The folder on the node: absolute, or `~/…`.
  public var target: String
  public var isCached: Bool
  public var isReadOnly: Bool
  /// Of cached mounts: rclone's options of the same names.
  public var cache: CacheOptions

  public init(
    _ uri: BucketURI, remote: RcloneRemote, target: String, isCached: Bool = false,
    isReadOnly: Bool = false, cache: CacheOptions = CacheOptions()
  ) {
    self.uri = uri
    self.remote = remote
    self.target = target
    self.isCached = isCached
    self.isReadOnly = isReadOnly
    self.cache = cache
  }

  /// The mount that a task file's storage asks for, its bucket known by now; nil for `mode: COPY`.
  public init?(_ storage: StorageSpec, _ uri: BucketURI, remote: RcloneRemote, target: String) {
    guard storage.mode != .copy else { return nil }
    self.init(
      uri, remote: remote, target: target, isCached: storage.mode == .mountCached,
      isReadOnly: storage.readOnly || storage.preset?.isReadOnly == true,
      cache: storage.cache.over(storage.preset))
  }

  /// The options of `rclone mount`, each `--name=value`.
  var options: [String] {
    var options = [
      // Other nodes write to the bucket too: what they wrote is seen after this long.
      "--dir-cache-time=10s",
      "--use-server-modtime", "--vfs-fast-fingerprint", "--umask=022",
      "--contimeout=10s", "--timeout=30s", "--low-level-retries=3", "--retries=1",
    ]
    if isReadOnly { options.append("--read-only") }
    guard isCached else {
      // With cache mode off a program could neither append to a file nor seek in it while writing.
      return options + ["--vfs-cache-mode=writes", "--vfs-write-back=0s"]
    }
    options += ["--vfs-cache-mode=full"]
    var chosen = ["vfs-write-back": "1s", "vfs-cache-max-size": "10G"]
    chosen.merge(cache.options) { $1 }
    chosen["transfers"] = cache.transfers.map(String.init)
    return options + chosen.sorted { $0.key < $1.key }.map { "--\($0.key)=\($0.value)" }
  }

  /// What the node keeps of it, to mount it again without this machine; holds no key.
  var record: String {
    ShellText.assignments([
      "mount_source": MaskedText(RcloneRemote.path(uri)), "mount_uri": MaskedText("\(uri)"),
      "mount_target": MaskedText(target), "mount_mode": MaskedText(isCached ? "cached" : "mount"),
      // Another address is another store: what was written for one must not go to the other.
      "mount_endpoint": remote.settings["endpoint"] ?? "",
      "mount_options": MaskedText(options.joined(separator: "\n")),
    ])
  }
}

extension StorageSpec.Preset {
  var isReadOnly: Bool { self == .modelCheckpointReadOnly || self == .datasetReadOnly }

  /// Models are read in few, long streams; data sets in many, short ones.
  var cache: CacheOptions {
    switch self {
    case .modelCheckpointReadOnly: Self.models(transfers: nil)
    case .modelCheckpointReadWrite: Self.models(transfers: 8)
    case .datasetReadOnly: Self.datasets(transfers: nil)
    case .datasetReadWrite: Self.datasets(transfers: 16)
    }
  }

  private static func models(transfers: Int?) -> CacheOptions {
    CacheOptions(
      transfers: transfers,
      options: ["vfs-read-chunk-streams": "16", "vfs-read-chunk-size": "32M"])
  }

  private static func datasets(transfers: Int?) -> CacheOptions {
    CacheOptions(
      transfers: transfers, options: ["vfs-read-chunk-streams": "0", "vfs-read-chunk-size": "8M"])
  }
}

extension CacheOptions {
  /// These where they say something, else the preset's.
  func over(_ preset: StorageSpec.Preset?) -> CacheOptions {
    guard let below = preset?.cache else { return self }
    return CacheOptions(
      transfers: transfers ?? below.transfers, options: below.options.merging(options) { $1 })
  }
}
