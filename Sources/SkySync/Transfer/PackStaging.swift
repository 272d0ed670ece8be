/// Where what goes to one target stands in the stream.
///
/// A target that does not exist is staged as the tree it is, below `K/w`; in one that does, `K/G/name` goes into
/// the folder that group G stands for.
struct PackStaging: Equatable, Sendable {
  private let target: Int
  /// Below which everything stands, of a target that does not exist.
  private var root: [UInt8]?
  private var groupOf: [[UInt8]: Int] = [:]
  private var counts: [Int] = []
  private var destinations: [[UInt8]] = []
  private var stagedFolders: [[UInt8]: [UInt8]] = [:]

  init(_ plan: SyncPlan, _ target: Int) {
    self.target = target
    guard !plan.whole else {
      root = [UInt8]("\(target)/w")
      return
    }
    for folder in plan.newFolders {
      addToGroup(folder.path.parentPath)
      stagedFolders[folder.path] = staged(folder.path)
    }
    var last: [UInt8] = []
    var isFirst = true
    var put = plan.puts.cursor
    while put.next() {
      if isFirst || !put.path.isChild(of: last) { last = put.path.parentPath }
      isFirst = false
      addToGroup(last)
    }
  }

  /// The folders that everything else is staged in.
  var folders: [[UInt8]] { root.map { [$0] } ?? counts.indices.map(name) }

  /// Which group goes where, and how much it holds.
  var lines: [[UInt8]] {
    destinations.indices.map { [UInt8]("\($0).\(counts[$0]) ") + destinations[$0].dotted }
  }

  /// The name of what goes to `path`.
  func staged(_ path: [UInt8]) -> [UInt8] {
    if let root { return root.joined(path) }
    let parent = path.parentPath
    let folder = stagedFolders[parent] ?? groupOf[parent].map(name) ?? []
    return folder.joined(path.lastPart)
  }

  private func name(_ group: Int) -> [UInt8] { [UInt8]("\(target)/\(group)") }

  /// Counts one more in the group of this folder, unless that is staged itself.
  private mutating func addToGroup(_ folder: [UInt8]) {
    guard stagedFolders[folder] == nil else { return }
    if let group = groupOf[folder] {
      counts[group] += 1
    } else {
      groupOf[folder] = counts.count
      counts.append(1)
      destinations.append(folder)
    }
  }
}

/// The sizes of the content of many files, one after the other.
struct ContentSizes: Sendable {
  private var lists: ArraySlice<EntryList>
  private var cursor: EntryCursor

  init(_ lists: [EntryList]) {
    self.lists = lists[...]
    cursor = EntryList().cursor
  }

  /// The next file's, 0 for what is none; nil at the end.
  mutating func next() -> Int64? {
    while !cursor.next() {
      guard let list = lists.popFirst() else { return nil }
      cursor = list.cursor
    }
    return cursor.fields.contentSize
  }
}
