/// All aliases of this machine, as a value: sorted hosts added by hand, then clusters by name and rank.
///
/// Every entry in it has passed `EntryCheck`, and no two have names that differ only in case.
public struct Book: Equatable, Sendable {
  public private(set) var entries: [AliasEntry] = []

  public init() {}

  public init(_ entries: [AliasEntry]) throws(BookError) {
    try put(entries)
  }

  public var isEmpty: Bool { entries.isEmpty }

  public subscript(alias: String) -> AliasEntry? { entries.first { $0.alias == alias } }

  /// The entries of `cluster` by rank.
  public func nodes(of cluster: String) -> [AliasEntry] {
    entries.filter { $0.cluster == cluster }
  }

  /// Cluster names, sorted.
  public var clusters: [String] {
    var names: [String] = []
    for case let cluster? in entries.map(\.cluster) where names.last != cluster {
      names.append(cluster)
    }
    return names
  }

  /// Adds entries, or replaces those of the same alias that belong to the same cluster (or to none).
  ///
  /// Throws `.invalid` or `.clash` and changes nothing.
  public mutating func put(_ new: [AliasEntry]) throws(BookError) {
    var result = entries
    // Many new entries are looked up by an index; for a few, making it would cost more than looking.
    var index = new.count > 8 ? AliasIndex(entries) : nil
    for entry in new {
      try EntryCheck.check(entry)
      let place =
        if index != nil { index?[entry.alias] } else {
          result.firstIndex { $0.isNamed(entry.alias) }
        }
      if let place {
        guard result[place].alias == entry.alias, result[place].cluster == entry.cluster else {
          throw Book.clash(entry, with: result[place])
        }
        result[place] = entry
      } else {
        index?.add(entry.alias, result.count)
        result.append(entry)
      }
    }
    entries = result.sorted(by: Book.precedes)
  }

  /// Puts these nodes in place of all that the cluster had: workers that are gone lose their alias.
  public mutating func replaceCluster(
    _ cluster: String, with nodes: [AliasEntry]
  ) throws(BookError) {
    var copy = self
    copy.entries.removeAll { $0.cluster == cluster }
    try copy.put(nodes)
    self = copy
  }

  /// Returns what was removed, nil when there is no such alias.
  @discardableResult
  public mutating func remove(_ alias: String) -> AliasEntry? {
    guard let index = entries.firstIndex(where: { $0.alias == alias }) else { return nil }
    return entries.remove(at: index)
  }

  /// Returns what was removed.
  @discardableResult
  public mutating func removeCluster(_ cluster: String) -> [AliasEntry] {
    let gone = nodes(of: cluster)
    entries.removeAll { $0.cluster == cluster }
    return gone
  }

  /// Gives an entry another alias; its pinned keys keep their name.
  public mutating func rename(_ old: String, to new: String) throws(BookError) {
    var copy = self
    guard var entry = copy.remove(old) else {
      throw BookError(.unknown, old, "no such alias", advice: "`sky hosts list` shows all")
    }
    entry.alias = new
    if let other = copy.entries.first(where: { $0.isNamed(new) }) {
      throw Book.clash(entry, with: other)
    }
    try copy.put([entry])
    self = copy
  }

  /// Sets the state of all nodes of a cluster.
  public mutating func setState(_ state: AliasEntry.State, of cluster: String) {
    for index in entries.indices where entries[index].cluster == cluster {
      entries[index].node?.state = state
    }
  }

  /// Only for entries that were checked when they were written.
  init(trusted entries: [AliasEntry]) { self.entries = entries.sorted(by: Book.precedes) }

  private static func precedes(_ left: AliasEntry, _ right: AliasEntry) -> Bool {
    switch (left.node, right.node) {
    case (nil, nil): left.alias < right.alias
    case (nil, _): true
    case (_, nil): false
    case (let a?, let b?):
      (a.cluster, a.rank, left.alias) < (b.cluster, b.rank, right.alias)
    }
  }

  private static func clash(_ new: AliasEntry, with old: AliasEntry) -> BookError {
    BookError(
      .clash, new.alias, "\(describe(new)) would take a name that \(describe(old)) has",
      advice: old.node == nil
        ? "choose another name, or `sky hosts rename \(old.alias) OTHER` first"
        : "choose another name")
  }

  static func describe(_ entry: AliasEntry) -> String {
    guard let node = entry.node else { return "the host \(entry.alias) added by hand" }
    let role = node.rank == 0 ? "the head" : "worker \(node.rank)"
    return "\(role) of cluster \(node.cluster)"
  }
}

/// Where each alias stands, whatever the case of its letters.
private struct AliasIndex {
  private var places: [String: Int] = [:]

  init(_ entries: [AliasEntry]) {
    places.reserveCapacity(entries.count)
    for (index, entry) in entries.enumerated() { places[entry.alias.lowercased()] = index }
  }

  subscript(alias: String) -> Int? { places[alias.lowercased()] }

  mutating func add(_ alias: String, _ place: Int) { places[alias.lowercased()] = place }
}

extension AliasEntry {
  /// Whether `name` is the alias but for the case of its ASCII letters.
  func isNamed(_ name: String) -> Bool {
    guard alias.utf8.count == name.utf8.count else { return false }
    return zip(alias.utf8, name.utf8).allSatisfy {
      $0 == $1 || ($0 ^ $1 == 0x20 && $0 | 0x20 > 0x60)
    }
  }
}
