/// What is known of a file besides its path and where it points.
struct EntryFields: Equatable, Sendable {
  var size: Int64 = 0
  var mtime: Int64 = 0
  var device: UInt64 = 0
  var inode: UInt64 = 0
  var ctime: Int64 = 0
  var links: UInt32 = 0
  var mode: UInt16 = 0
  var kind = FileEntry.Kind.file
  var hasIdentity = false

  var identity: FileEntry.Identity? {
    hasIdentity
      ? FileEntry.Identity(device: device, inode: inode, links: links, ctime: ctime) : nil
  }

  /// Bytes of content that a transfer moves: a file's size, else 0.
  var contentSize: Int64 { kind == .file ? size : 0 }
}

extension FileEntry {
  init(path: [UInt8], fields: EntryFields, linkTarget: [UInt8]) {
    self.init(
      path: path, kind: fields.kind, mode: fields.mode, size: fields.size, mtime: fields.mtime,
      linkTarget: linkTarget, identity: fields.identity)
  }

  var fields: EntryFields {
    var fields = EntryFields(size: size, mtime: mtime, mode: mode, kind: kind)
    if let identity {
      fields.hasIdentity = true
      fields.device = identity.device
      fields.inode = identity.inode
      fields.links = identity.links
      fields.ctime = identity.ctime
    }
    return fields
  }
}
