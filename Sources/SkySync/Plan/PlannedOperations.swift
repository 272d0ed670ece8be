/// What a plan does, in the order in which it is done. Each is made when it is asked for: a million of them would
/// take more room than the plan.
public struct PlannedOperations: Sequence, Equatable, Sendable {
  enum Part: Equatable, Sendable {
    case paths(PlannedOperation.Kind, [[UInt8]])
    case entries(PlannedOperation.Kind, EntryList)
    /// Files and links to move, those among them of which changes may do.
    case puts(EntryList, patched: Set<[UInt8]>)
  }

  private var parts: [Part]

  init(_ parts: [Part]) { self.parts = parts }

  /// Those of several plans, one after the other.
  init(_ all: [PlannedOperations]) { parts = all.flatMap(\.parts) }

  public var count: Int {
    parts.reduce(0) { sum, part in
      switch part {
      case .paths(_, let paths): sum + paths.count
      case .entries(_, let entries), .puts(let entries, _): sum + entries.count
      }
    }
  }

  public struct Iterator: IteratorProtocol {
    private var parts: ArraySlice<Part>
    private var paths: ArraySlice<[UInt8]> = []
    private var entries: EntryList.Iterator?

    fileprivate init(_ parts: [Part]) {
      self.parts = parts[...]
      begin()
    }

    private mutating func begin() {
      (paths, entries) = ([], nil)
      switch parts.first {
      case .paths(_, let all): paths = all[...]
      case .entries(_, let all), .puts(let all, _): entries = all.makeIterator()
      case nil: break
      }
    }

    public mutating func next() -> PlannedOperation? {
      while let part = parts.first {
        if let operation = next(of: part) { return operation }
        parts.removeFirst()
        begin()
      }
      return nil
    }

    private mutating func next(of part: Part) -> PlannedOperation? {
      switch part {
      case .paths(let kind, _): return paths.popFirst().map { PlannedOperation(kind, $0) }
      case .entries(let kind, _): return entries?.next().map { PlannedOperation(kind, $0.path) }
      case .puts(_, let patched):
        guard let entry = entries?.next() else { return nil }
        if entry.kind == .link { return PlannedOperation(.link, entry.path) }
        let kind: PlannedOperation.Kind = patched.contains(entry.path) ? .patch : .put
        return PlannedOperation(kind, entry.path, bytes: entry.size)
      }
    }
  }

  public func makeIterator() -> Iterator { Iterator(parts) }
}

extension SyncPlan {
  public var operations: PlannedOperations {
    var others = EntryListBuilder()
    let made = Set(madeFolders)
    var folder = folders.cursor
    while folder.next() {
      if !newFolders.contains(folder.path), !made.contains(folder.path) { others.append(folder) }
    }
    return PlannedOperations([
      .paths(.mkdir, madeFolders), .paths(.move, moves.map(\.to)),
      .entries(.delete, deletedFiles), .paths(.delete, deletedFolders),
      .entries(.mkdir, newFolders),
      .puts(puts, patched: Set(patches.map(\.path))), .entries(.mode, modes),
      .entries(.mode, others.finish()),
    ])
  }
}

extension PullPlan {
  var operations: PlannedOperations {
    PlannedOperations(
      [.entries(.delete, deleted), .paths(.mkdir, folders)]
        + wanted.batches.map { .puts($0.entries, patched: []) } + [.entries(.mode, modes)])
  }
}
