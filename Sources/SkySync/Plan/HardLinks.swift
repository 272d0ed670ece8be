extension SyncPlan {
  /// Where one name of a file is sent, its other names are sent with it: only within one stream can they become
  /// one file there. The content travels once all the same.
  mutating func keepLinksTogether(in local: [FileEntry]) {
    let sent = Set(puts.compactMap(\.sharedPlace))
    guard !sent.isEmpty else { return }
    let known = Set(puts.map(\.path) + problems.map(\.path))
    let more = local.filter { entry in
      guard let place = entry.sharedPlace, sent.contains(place) else { return false }
      return !known.contains(entry.path)
    }
    guard !more.isEmpty else { return }
    let added = Set(more.map(\.path))
    unchanged -= more.count
    modes.removeAll { added.contains($0.path) }
    puts += more
    puts.sort { $0.path.precedes($1.path) }
  }
}

extension FileEntry {
  /// Which file it is, when that has several names.
  fileprivate var sharedPlace: Identity.Place? {
    guard kind == .file, let identity, identity.links > 1 else { return nil }
    return identity.place
  }
}
