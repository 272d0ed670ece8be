/// What a plan may do beyond sending.
public struct SyncPolicy: Sendable {
  /// Delete everything on the node that is not here, whoever put it there (`push --delete`).
  public var mirror = false
  /// Paths on the node that `mirror` leaves alone: what the ignore rules leave out here.
  public var protects: @Sendable (_ path: [UInt8], _ isFolder: Bool) -> Bool = { _, _ in false }
  /// Whether a path that is missing from the tree is really gone here, not merely ignored by now.
  public var isGone: @Sendable (_ path: [UInt8]) -> Bool = { _ in true }
  /// The tree is empty on purpose: what was sent may all go.
  public var mayEmpty = false
  /// Whether what was renamed here is renamed there, which takes the old name away.
  public var moves = true
  /// Files that look alike but are known to differ in content (`--checksum`), sorted by path.
  public var differing: EntryList = []

  public init() {}
}
