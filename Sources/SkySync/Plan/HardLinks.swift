extension SyncPlan {
  /// Where one name of a file is sent, its other names are sent with it: only within one stream can they become
  /// one file there. The content travels once all the same.
  mutating func keepLinksTogether(in local: EntryList) {
    var sent: Set<FileEntry.Identity.Place> = []
    var put = puts.cursor
    while put.next() {
      if let place = put.fields.sharedPlace { sent.insert(place) }
    }
    guard !sent.isEmpty else { return }
    let failed = Set(problems.map(\.path))
    var more = EntryListBuilder()
    var entry = local.cursor
    while entry.next() {
      guard let place = entry.fields.sharedPlace, sent.contains(place),
        !puts.contains(entry.path), !failed.contains(entry.path)
      else { continue }
      more.append(entry)
    }
    let added = more.finish()
    guard !added.isEmpty else { return }
    unchanged -= added.count
    modes.removeAll { added.contains($0.path) }
    puts = puts.merged(with: added)
  }
}

extension EntryFields {
  /// Which file it is, when that has several names.
  fileprivate var sharedPlace: FileEntry.Identity.Place? {
    guard kind == .file, hasIdentity, links > 1 else { return nil }
    return FileEntry.Identity.Place(device: device, inode: inode)
  }
}
