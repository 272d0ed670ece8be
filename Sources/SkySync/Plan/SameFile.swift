extension EntryFields {
  private var isTimeUnknown: Bool { mtime == FileEntry.unknownTime }

  /// Whether `remote`, seen on a node, looks like this file: the same kind, size or link target, and time.
  /// The mode is not compared.
  func looksLike(_ remote: EntryFields, sameTarget: @autoclosure () -> Bool) -> Bool {
    guard kind == remote.kind else { return false }
    switch kind {
    case .folder: return true
    case .file: return size == remote.size && hasTime(of: remote)
    case .link:
      return sameTarget() && (isTimeUnknown || remote.isTimeUnknown || hasTime(of: remote))
    }
  }

  /// Whether the times are equal as far as the node keeps them: some file systems cut them to microseconds or
  /// seconds, and so does a tar without pax times.
  func hasTime(of remote: EntryFields) -> Bool {
    let more = mtime &- remote.mtime
    if more == 0 { return true }
    guard more > 0 else { return false }
    return (remote.mtime % 1_000 == 0 && more < 1_000)
      || (remote.mtime % 1_000_000_000 == 0 && more < 1_000_000_000)
  }
}

extension FileEntry {
  /// The time of a link on a node that cannot set it.
  static let unknownTime = Int64.min

  /// See `EntryFields.looksLike`.
  func looksLike(_ remote: FileEntry) -> Bool {
    fields.looksLike(remote.fields, sameTarget: linkTarget == remote.linkTarget)
  }

  /// See `EntryFields.hasTime`.
  func hasTime(of remote: FileEntry) -> Bool { fields.hasTime(of: remote.fields) }
}
