/// What has to be done on a node so that a folder there equals one here. A value: making it touches nothing.
public struct SyncPlan: Equatable, Sendable {
  public struct Move: Equatable, Sendable {
    public var from: [UInt8]
    public var to: [UInt8]
    public var kind: FileEntry.Kind
  }

  /// A large file that changed: what the node has is known, so that only blocks may have to travel.
  public struct Patch: Equatable, Sendable {
    public var path: [UInt8]
    /// How it looked here when the node's version was sent.
    public var sent: FileEntry
  }

  /// The target does not exist yet: everything is put, and appears by one rename.
  public var whole = false
  /// Files and links to send, sorted by path; a folder never stands here.
  public var puts: EntryList = []
  /// Those of `puts` of which an earlier version stands on the node, as it was sent, sorted by path.
  public var patches: [Patch] = []
  /// Folders that the node lacks, sorted by path.
  public var newFolders: EntryList = []
  /// Folders to make before the moves, because moves lead into them; parents first.
  public var madeFolders: [[UInt8]] = []
  /// Done before everything else, in this order.
  public var moves: [Move] = []
  /// Files, links and others to remove, as the node has them, sorted by path.
  public var deletedFiles: EntryList = []
  /// Folders to remove that are empty then, deepest first.
  public var deletedFolders: [[UInt8]] = []
  /// Files whose permission bits alone differ.
  public var modes: EntryList = []
  /// Folders to give their mode and time once all else is done, deepest first: new, touched or different ones.
  public var folders: EntryList = []
  /// Existing folders that refuse changes until they are opened.
  public var closedFolders: [[UInt8]] = []
  /// Whether the target's own time is to be set.
  public var setsRoot = false
  /// Files and links that the moves take along.
  public var movedFiles = 0
  /// Files and links whose content is the same on both sides.
  public var unchanged = 0
  /// What is left as it is on purpose, and why.
  public var notices: [Problem] = []
  /// What cannot be done, and why.
  public var problems: [Problem] = []

  public init() {}

  /// Whether the node need not be told anything.
  public var isEmpty: Bool {
    !whole && !setsRoot && puts.isEmpty && newFolders.isEmpty && moves.isEmpty
      && deletedFiles.isEmpty && deletedFolders.isEmpty && modes.isEmpty && folders.isEmpty
  }

  /// Bytes of content to send.
  public var contentBytes: Int64 {
    var bytes: Int64 = 0
    var put = puts.cursor
    while put.next() { bytes += put.fields.contentSize }
    return bytes
  }
}

/// One line of what a plan does, for `--dry-run`.
public struct PlannedOperation: Equatable, Sendable {
  public enum Kind: String, Sendable { case put, patch, move, delete, mkdir, link, mode }

  public var kind: Kind
  public var path: [UInt8]
  /// Content to send, for patch at most; 0 for all but these two.
  public var bytes: Int64

  public init(_ kind: Kind, _ path: [UInt8], bytes: Int64 = 0) {
    self.kind = kind
    self.path = path
    self.bytes = bytes
  }
}
