/// Hosts that the user keeps in the book without any cluster.
extension BookStore {
  /// Adds a host; `keys` are its pinned host keys, each as `ssh-ed25519 AAAA…`.
  ///
  /// Throws `.clash` when the name is taken, in the book or by a `Host` line of the user's own.
  public func add(_ entry: AliasEntry, keys: [String]) throws(BookError) {
    try requireFree([entry.alias], for: nil)
    try change { (book, pins) throws(BookError) in
      guard book.entries.allSatisfy({ !$0.isNamed(entry.alias) }) else {
        throw BookError(.clash, entry.alias, "the book has this name since a moment ago")
      }
      try book.put([entry])
      try pins.set(entry.hostKeyAlias, keys: keys)
    }
  }

  /// Removes hosts with their keys and shared connections; all or none. Nodes of clusters are not
  /// hosts of their own: `sky down` removes them, or `force` takes just the alias away.
  public func remove(_ aliases: [String], force: Bool = false) throws(BookError) {
    var gone: [AliasEntry] = []
    for alias in aliases {
      let entry = try find(alias)
      if let cluster = entry.cluster, !force {
        throw BookError(
          .invalid, alias, "it is a node of cluster \(cluster)",
          advice: "`sky down \(cluster)` ends the cluster and removes its aliases")
      }
      gone.append(entry)
    }
    Sockets(home).close(gone)
    try change(mayEmpty: true) { (book, pins) throws(BookError) in
      for entry in gone { book.remove(entry.alias) }
      pins.remove(Set(gone.map(\.hostKeyAlias)))
    }
  }

  /// Gives a host another name; its pinned keys go with it.
  public func rename(_ old: String, to new: String) throws(BookError) {
    let entry = try find(old)
    if let cluster = entry.cluster {
      throw BookError(
        .invalid, old, "the names of the nodes follow from that of cluster \(cluster)",
        advice: "`sky hosts add OTHER …` gives a node a second name")
    }
    if !entry.isNamed(new) { try requireFree([new], for: nil) }
    Sockets(home).close([entry])
    try change { (book, pins) throws(BookError) in
      guard var entry = book.remove(old) else {
        throw BookError(.unknown, old, "the book has no such alias any more")
      }
      let keys = pins.keys(of: entry.hostKeyAlias)
      pins.remove([entry.hostKeyAlias])
      entry.alias = new
      entry.hostKeyAlias = HostKeyName.manual(new)
      guard book.entries.allSatisfy({ !$0.isNamed(new) }) else {
        throw BookError(.clash, new, "the book has this name already")
      }
      try book.put([entry])
      try pins.set(entry.hostKeyAlias, keys: keys)
    }
  }

  /// What `prune` took away.
  public struct Pruned: Equatable, Sendable {
    public var aliases: [String] = []
    public var keys: [String] = []
    public var sockets = 0
  }

  /// Removes aliases of clusters that are not in `clusters`, keys that belong to no alias, and sockets
  /// that nobody listens on. With `dryRun` it only says which.
  public func prune(clusters: Set<String>, dryRun: Bool = false) throws(BookError) -> Pruned {
    var pruned = Pruned()
    let isGone = { (entry: AliasEntry) in entry.cluster.map { !clusters.contains($0) } ?? false }
    let plan = { (book: inout Book, pins: inout Pins) throws(BookError) -> Pruned in
      let gone = book.entries.filter(isGone)
      for entry in gone { book.remove(entry.alias) }
      let used = Set(book.entries.map(\.hostKeyAlias))
      let keys = pins.names.filter {
        ($0.hasPrefix("sky-") || $0.hasPrefix("sky.")) && !used.contains($0)
      }
      pins.remove(Set(keys))
      return Pruned(aliases: gone.map(\.alias), keys: keys)
    }
    if dryRun {
      var (book, pins) = (try read(), try readPins())
      return try plan(&book, &pins)
    }
    Sockets(home).close(try read().entries.filter(isGone))
    pruned = try change(mayEmpty: true) { (book, pins) throws(BookError) in
      try plan(&book, &pins)
    }
    pruned.sockets = Sockets(home).sweep().count
    return pruned
  }
}
