/// One entry of `file_mounts`: what appears at which path of every node.
public struct FileMount: Equatable, Sendable {
  public enum Source: Equatable, Sendable {
    /// A file or folder here, as written, without trailing slashes; `~` is the user's home,
    /// a relative path counts from where `sky` runs.
    case local(MaskedText)
    /// Objects of a bucket, copied to the node.
    case bucket(BucketURI)
    case storage(StorageSpec)
  }

  /// The path on the node: absolute, or `~`, or beginning with `~/`; without trailing slashes.
  /// A relative one of the file is below `~/sky_workdir` by now.
  public var target: MaskedText
  /// The target was written with a trailing slash: a file goes into it under its own name.
  public var targetIsFolder: Bool
  public var source: Source
  /// The source was written with a trailing slash: it has to be a folder.
  public var sourceIsFolder: Bool
  /// Where the entry stands in the task file.
  public var place: Place

  public init(
    target: MaskedText, targetIsFolder: Bool = false, source: Source,
    sourceIsFolder: Bool = false, place: Place
  ) {
    self.target = target
    self.targetIsFolder = targetIsFolder
    self.source = source
    self.sourceIsFolder = sourceIsFolder
    self.place = place
  }
}
