import Foundation

/// A bucket of a task, as much of it as is needed to bring it to the nodes again; holds no secret.
public struct SyncedBucket: Codable, Equatable, Sendable {
  public var uri: BucketURI
  public var mode: StorageSpec.Mode
  /// Absolute paths here that are uploaded first; nil when the bucket itself is the source.
  public var uploads: [String]?
  /// The bucket goes by a name of its own and may have to be made.
  public var isNamed: Bool
  public var persistent: Bool
  public var preset: StorageSpec.Preset?
  public var readOnly: Bool
  public var cache: CacheOptions
  /// An object goes into the target under its own name.
  public var targetIsFolder: Bool

  public var isMount: Bool { mode != .copy }
}

extension SyncedBucket {
  init(_ entry: TaskStorage.Entry) {
    let spec = entry.spec
    var paths: [String]?
    if case .local = spec.source { paths = entry.uploads.map(\.path.string) }
    self.init(
      uri: entry.uri, mode: spec.mode, uploads: paths, isNamed: spec.name != nil,
      persistent: spec.persistent, preset: spec.preset, readOnly: spec.readOnly, cache: spec.cache,
      targetIsFolder: entry.targetIsFolder)
  }

  /// The mount of a task that brings it to `target`.
  func mount(at target: String) -> FileMount {
    var spec = StorageSpec(
      name: isNamed ? uri.bucket : nil, source: isNamed ? nil : .bucket(uri), store: uri.store,
      mode: mode, persistent: persistent, preset: preset, readOnly: readOnly, cache: cache)
    if let uploads { spec.source = .local(uploads.map { MaskedText($0) }) }
    return FileMount(
      target: MaskedText(target), targetIsFolder: targetIsFolder, source: .storage(spec),
      place: Place(file: "", line: 0, column: 0))
  }

  /// JSON, for the database.
  var text: String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// nil for what another version of this program wrote.
  init?(text: String) {
    guard let bucket = try? JSONDecoder().decode(SyncedBucket.self, from: Data(text.utf8)) else {
      return nil
    }
    self = bucket
  }
}
