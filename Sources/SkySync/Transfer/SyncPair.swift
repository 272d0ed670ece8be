import SystemPackage

/// One folder or file here and where it belongs on a node.
public struct SyncPair: Sendable {
  /// What the target path means.
  public enum Shape: Sendable {
    /// The contents of the folder `source` become the contents of the folder `target`.
    case contents
    /// The file (or link) `source` becomes the file `target`.
    case file
    /// The same, but when `target` is a folder on the node, the file goes into it under its own name.
    case fileOrInto
  }

  public var source: FilePath
  /// Absolute, `~`, `~/…`, or relative to the login folder. No trailing slash.
  public var target: [UInt8]
  public var shape: Shape
  /// Remembers what was last sent there; without it nothing is ever deleted or moved.
  public var manifest: FilePath?
  /// Only of a removal; then nothing is sent, and the source is not looked at.
  var mayRemove: (@Sendable ([UInt8]) -> Bool)?
  /// What is to be sent. For a file: nothing but its entry; the path in it does not matter.
  /// Called once, while the node is looked at.
  public var scan: @Sendable () async throws(SyncError) -> FileTree

  public init(
    source: FilePath, target: [UInt8], shape: Shape = .contents, manifest: FilePath? = nil,
    scan: @escaping @Sendable () async throws(SyncError) -> FileTree
  ) {
    self.source = source
    self.target = target
    self.shape = shape
    self.manifest = manifest
    self.scan = scan
  }

  /// A source that is no more: what the manifest says was sent from it goes, unless it was changed there.
  ///
  /// - Parameter mayRemove: whether this path, relative to the target, may go.
  public init(
    removing target: [UInt8], of source: FilePath, shape: Shape, manifest: FilePath,
    _ mayRemove: @escaping @Sendable (_ path: [UInt8]) -> Bool
  ) {
    self.init(source: source, target: target, shape: shape, manifest: manifest) { FileTree() }
    self.mayRemove = mayRemove
  }
}

extension SyncPair {
  /// The same, with its scan begun: for while the node is being connected to.
  public func scanning() -> SyncPair {
    var pair = self
    let scan = OneScan(scan)
    scan.begin()
    pair.scan = scan.result
    return pair
  }

  /// As the node's script reads it: MODE:NAME:PATH, after the mode `=KEY=DIGEST` where both sides keep the
  /// listing.
  func argument(kept: KeptListing?) -> String {
    let path = ShellCommand.escape(target.isEmpty ? [UInt8](".") : target)
    switch shape {
    case .contents:
      guard let manifest else { return "d::\(path)" }
      return "d=\(KeptFile.key(self, manifest))=\(kept?.name ?? "")::\(path)"
    case .file:
      let folder = folderOfTarget
      return "f:\(ShellCommand.escape(target.lastPart)):\(ShellCommand.escape(folder))"
    case .fileOrInto:
      return "i:\(ShellCommand.escape(sourceName)):\(path)"
    }
  }

  /// Whether the target folder gets the mode and time of the source.
  var sendsRoot: Bool { shape == .contents && mayRemove == nil }

  /// What the node listed last time.
  var kept: KeptListing? {
    shape == .contents ? manifest.flatMap { KeptFile.load(besides: $0) } : nil
  }

  private var folderOfTarget: [UInt8] {
    let parent = target.parentPath
    if !parent.isEmpty { return parent }
    return target.first == .slash ? [UInt8.slash] : [UInt8](".")
  }

  private var sourceName: [UInt8] {
    source.lastComponent.map { Array($0.string.utf8) } ?? []
  }

  /// Opens what the files are read from.
  func openSource() throws(SyncError) -> SourceFolder {
    if mayRemove != nil { return try SourceFolder("/") }
    guard shape != .contents else { return try SourceFolder(source) }
    return try SourceFolder(
      source.removingLastComponent().isEmpty ? "." : source.removingLastComponent(),
      onlyFile: sourceName)
  }
}

/// What a push may do.
public struct PushOptions: Sendable {
  /// Change nothing; the report says what would be done.
  public var dryRun = false
  /// Compare the content of files that look alike.
  public var checksum = false
  /// Delete on the node whatever is not here (`--delete`).
  public var mirror = false
  /// Remove or rename on the node what was sent before and is gone or renamed here. Without, a manifest is of
  /// use only for sending less.
  public var removes = true
  /// What `mirror` leaves alone, by pair: paths that the ignore rules leave out here.
  public var protects: @Sendable (_ pair: Int, _ path: [UInt8], _ isFolder: Bool) -> Bool =
    { _, _, _ in false }
  /// Give up when the node says nothing for that long while it is waited for.
  public var patience = Duration.seconds(600)
  /// Several channels are asked for when there is more content to send than that, and used when a round trip
  /// is at least as long as the other: below, a window of 2 MiB does not bound a channel.
  package var laneBytes: Int64 = 4 << 20
  package var laneRoundTrip = Duration.milliseconds(8)
  /// Above that many files the node looks at them with several processors.
  package var manyFiles = 16_000

  /// Whether large files that changed are patched on the node.
  package var patches = true

  public init() {}
}
