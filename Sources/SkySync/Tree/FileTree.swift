/// One file, folder or symbolic link of a tree.
///
/// The order of the stored properties keeps an entry at 64 bytes; of many, an `EntryList` is smaller.
public struct FileEntry: Equatable, Sendable {
  public enum Kind: UInt8, Sendable { case file, folder, link }

  /// Relative to the tree's root, parts separated by `/`, no leading or trailing one; the root is not an entry.
  /// Bytes as the file system has them, not necessarily UTF-8.
  public var path: [UInt8]
  /// Where a link points, as it is written; empty for the others.
  public var linkTarget: [UInt8]
  /// Bytes; 0 for folders, the target's length for links.
  public var size: Int64
  /// Modification time in nanoseconds since 1970; may be negative.
  public var mtime: Int64
  private var device: UInt64 = 0
  private var inode: UInt64 = 0
  private var ctime: Int64 = 0
  private var links: UInt32 = 0
  /// The permission bits, 0o0000–0o7777; 0o777 for a link.
  public var mode: UInt16
  public var kind: Kind
  private var hasIdentity = false

  /// What stays the same when a file is renamed, and tells hard links.
  public struct Identity: Hashable, Sendable {
    public var device: UInt64
    public var inode: UInt64
    /// How many names the file has.
    public var links: UInt32
    /// Status change time in nanoseconds since 1970.
    public var ctime: Int64

    public init(device: UInt64, inode: UInt64, links: UInt32, ctime: Int64) {
      self.device = device
      self.inode = inode
      self.links = links
      self.ctime = ctime
    }
  }

  public init(
    path: [UInt8], kind: Kind, mode: UInt16, size: Int64, mtime: Int64,
    linkTarget: [UInt8] = [], identity: Identity? = nil
  ) {
    self.path = path
    self.kind = kind
    self.mode = mode
    self.size = size
    self.mtime = mtime
    self.linkTarget = linkTarget
    self.identity = identity
  }

  /// Bytes of content that a transfer moves: a file's size, else 0.
  var contentSize: Int64 { kind == .file ? size : 0 }

  /// Device and inode on this machine, nil for what a node reported without them.
  public var identity: Identity? {
    get {
      guard hasIdentity else { return nil }
      return Identity(device: device, inode: inode, links: links, ctime: ctime)
    }
    set {
      hasIdentity = newValue != nil
      device = newValue?.device ?? 0
      inode = newValue?.inode ?? 0
      links = newValue?.links ?? 0
      ctime = newValue?.ctime ?? 0
    }
  }
}

/// A tree of files as it was at one look: every folder stands before what is in it.
public struct FileTree: Equatable, Sendable {
  /// Sorted by the bytes of `path` (as `LC_ALL=C sort` does), no two alike.
  public var entries: EntryList
  /// What could not be read and what is left out on purpose; never a reason to fail.
  public var problems: [Problem]

  public init(entries: EntryList = [], problems: [Problem] = []) {
    self.entries = entries
    self.problems = problems
  }

  public init(entries: [FileEntry], problems: [Problem] = []) {
    self.init(entries: EntryList(entries), problems: problems)
  }
}

/// A file that was left out or could not be handled, and why.
public struct Problem: Equatable, Hashable, Sendable {
  public var path: [UInt8]
  /// One line, without the path.
  public var reason: String
  /// Left out on purpose (a socket): worth a word, but nothing failed.
  public var isNotice: Bool

  public init(path: [UInt8], reason: String, isNotice: Bool = false) {
    self.path = path
    self.reason = reason
    self.isNotice = isNotice
  }
}
