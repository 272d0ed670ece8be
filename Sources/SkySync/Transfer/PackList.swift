/// What one stream to a node consists of: lists that say what to do, and files. A value: nodes whose lists are
/// equal are sent the same bytes.
struct PackList: Equatable, Sendable {
  /// A file or link, and its name in the stream.
  struct Item: Equatable, Sendable {
    var target: Int
    var staged: [UInt8]
    var entry: FileEntry
    /// What the node has of it, when only changes may have to travel.
    var patch: Patch?
    /// Whether its sums are wanted.
    var sums = false
  }

  struct Patch: Equatable, Sendable {
    var number: Int
    var old: BlockSums
    var checker: FilePatch.Checker
  }

  /// A member whose content is made here.
  struct Text: Equatable, Sendable {
    var name: [UInt8]
    var content: Content
  }

  enum Content: Equatable, Sendable {
    case bytes([UInt8])
    /// Their paths, each ended by NUL.
    case paths(EntryList)
    /// A small tar of nothing but these: the one way to give many folders mode and time in one process.
    case folders(EntryList)
  }

  /// What goes to one target.
  struct Batch: Equatable, Sendable {
    let target: Int
    let puts: EntryList
    let newFolders: EntryList
    let staging: PackStaging
    /// What may be patched, by path.
    var patches: [[UInt8]: Patch] = [:]
    let sums: Bool

    func item(_ entry: FileEntry) -> Item {
      Item(
        target: target, staged: staging.staged(entry.path), entry: entry,
        patch: patches.isEmpty ? nil : patches[entry.path], sums: sums)
    }
  }

  private(set) var texts: [Text] = []
  private(set) var batches: [Batch] = []
  /// What the node can do before the stream comes, see `PatchScript`.
  private(set) var orders: [UInt8] = []
  private var patchCount = 0
  let targetCount: Int
  /// Whether the nodes' tar reads files with holes.
  var keepsHoles = false
  private(set) var contentBytes: Int64 = 0
  /// What travels if of each patched file next to nothing does.
  private(set) var leastBytes: Int64 = 0

  /// - Parameter plans: one for each target, nil where nothing is to be done.
  init(_ plans: [TargetPlan?]) {
    targetCount = plans.count
    for (index, plan) in plans.enumerated() {
      guard let plan else { continue }
      addLists(plan, index)
      stage(plan, index)
    }
  }

  /// How many files and links there are.
  var count: Int { batches.reduce(0) { $0 + $1.puts.count } }

  var folderCount: Int {
    batches.reduce(0) { $0 + $1.newFolders.count + $1.staging.folders.count }
  }

  var sizes: ContentSizes { ContentSizes(batches.map(\.puts)) }

  /// The file or link at this place in the stream.
  func item(at index: Int) -> Item? {
    var index = index
    for batch in batches {
      if index < batch.puts.count { return batch.item(batch.puts[index]) }
      index -= batch.puts.count
    }
    return nil
  }

  private mutating func stage(_ plan: TargetPlan, _ target: Int) {
    let puts = plan.plan.puts
    let staging = PackStaging(plan.plan, target)
    var batch = Batch(
      target: target, puts: puts, newFolders: plan.plan.newFolders, staging: staging,
      sums: plan.keepsSums)
    let content = plan.plan.contentBytes
    contentBytes += content
    leastBytes += content
    // In the order of the stream: that of their numbers is that of the orders.
    for (path, old) in plan.sums.sorted(by: { $0.key.precedes($1.key) }) {
      guard let entry = puts.entry(at: path),
        let patch = order(old, plan, path, staging.staged(path), target)
      else { continue }
      batch.patches[path] = patch
      leastBytes -= entry.contentSize
    }
    batches.append(batch)
    if !plan.plan.whole { add("put", staging.lines, target) }
  }

  private mutating func order(
    _ old: BlockSums, _ plan: TargetPlan, _ path: [UInt8], _ staged: [UInt8], _ target: Int
  ) -> Patch? {
    guard let checker = plan.checker else { return nil }
    defer { patchCount += 1 }
    let names = [staged, path].map(ShellCommand.escape).joined(separator: " ")
    let line = "base \(patchCount) \(target) \(old.size) \(old.value) \(names)\n"
    orders += Array(line.utf8)
    return Patch(number: patchCount, old: old, checker: checker)
  }

  // MARK: lists

  private mutating func addLists(_ target: TargetPlan, _ index: Int) {
    let plan = target.plan
    if !plan.whole { add("safe", Self.guarded(plan).map(\.dotted), index) }
    add("open", plan.closedFolders.map(\.dotted), index)
    add("mkdir", plan.madeFolders.map(\.dotted), index)
    // No path here has two slashes in a row but where source and destination meet.
    add("move", plan.moves.map { $0.from.dotted + [UInt8]("//") + $0.to.dotted }, index)
    add("rm", Content.paths, plan.deletedFiles, index)
    add("rmdir", plan.deletedFolders.map(\.dotted), index)
    var byMode: [UInt16: EntryListBuilder] = [:]
    for entry in plan.modes { byMode[entry.mode, default: EntryListBuilder()].append(entry) }
    for (mode, var entries) in byMode.sorted(by: { $0.key < $1.key }) {
      add("chmod.\(String(mode, radix: 8))", Content.paths, entries.finish(), index)
    }
    let root = plan.setsRoot ? target.root : nil
    var folders = plan.folders
    // A new one gets its own when it stands: to be moved it has to be writable.
    if let root, !plan.whole { folders = EntryList(Array(folders) + [root]) }
    add("folders", Content.folders, folders, index)
    add("foldermodes", folders.map { Self.octal($0) + [UInt8](" ") + $0.path.dotted }, index)
    guard let root else { return }
    add("top", Content.folders, [root], index)
    add("topmode", [Self.octal(root)], index)
  }

  private static func octal(_ entry: FileEntry) -> [UInt8] {
    [UInt8](String(entry.mode, radix: 8))
  }

  /// Every folder that has to be a real one for the changes to stay inside, outermost first.
  static func guarded(_ plan: SyncPlan) -> [[UInt8]] {
    let made = Set(plan.madeFolders)
    let moved = plan.moves.filter { $0.kind == .folder }.map(\.to)
    var found: Set<[UInt8]> = []
    func add(_ path: [UInt8]) {
      var folder = path.parentPath
      while !folder.isEmpty, !found.contains(folder) {
        if !made.contains(folder), !plan.newFolders.contains(folder),
          !moved.contains(where: { folder.isIn($0) })
        {
          found.insert(folder)
        }
        folder = folder.parentPath
      }
    }
    for entries in [plan.puts, plan.newFolders, plan.modes, plan.deletedFiles] {
      for folder in entries.parents where !folder.isEmpty { add(folder.joined([0])) }
    }
    for folder in plan.folders { add(folder.path.joined([0])) }
    plan.madeFolders.forEach(add)
    plan.deletedFolders.forEach(add)
    plan.moves.forEach { add($0.from) }
    plan.moves.forEach { add($0.to) }
    return found.sorted { $0.precedes($1) }
  }

  private mutating func add(_ name: String, _ lines: [[UInt8]], _ target: Int) {
    guard !lines.isEmpty else { return }
    texts.append(
      Text(
        name: [UInt8]("c/\(target)/\(name)"),
        content: .bytes(Array(lines.joined(separator: [0])) + [0])))
  }

  private mutating func add(
    _ name: String, _ content: (EntryList) -> Content, _ entries: EntryList, _ target: Int
  ) {
    guard !entries.isEmpty else { return }
    texts.append(Text(name: [UInt8]("c/\(target)/\(name)"), content: content(entries)))
  }
}

/// A plan and what else the stream needs to know about its target.
struct TargetPlan: Equatable, Sendable {
  var plan: SyncPlan
  /// The mode and time that the target itself is to have.
  var root: FileEntry?
  /// Of the files that may be patched: what the node has, by path.
  var sums: [[UInt8]: BlockSums] = [:]
  /// With what the node checks them.
  var checker: FilePatch.Checker?
  /// Whether sums of what is sent are of use later.
  var keepsSums = false
}

extension Array<UInt8> {
  /// `./path`, which no program takes for an option; the root is `.`.
  var dotted: [UInt8] {
    isEmpty ? [UInt8(ascii: ".")] : [UInt8(ascii: "."), UInt8.slash] + self
  }
}
