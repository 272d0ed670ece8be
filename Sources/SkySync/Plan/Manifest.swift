/// What was last sent to one folder of one node, and how it looked here: decides what may be deleted there and
/// tells renamed files. Losing it is safe: then nothing is deleted and nothing is moved.
public struct Manifest: Equatable, Sendable {
  /// Sorted by path; only what is known to stand on the node.
  public var entries: EntryList

  public init(entries: EntryList = []) {
    self.entries = entries
  }

  /// The entry at `path`, or nil.
  public func entry(at path: [UInt8]) -> FileEntry? {
    entries.entry(at: path)
  }
}
