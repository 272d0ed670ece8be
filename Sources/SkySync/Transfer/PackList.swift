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
    var content: [UInt8]
  }

  /// A staged folder.
  struct Folder: Equatable, Sendable {
    var target: Int
    var staged: [UInt8]
  }

  private(set) var texts: [Text] = []
  private(set) var folders: [Folder] = []
  private(set) var items: [Item] = []
  /// What the node can do before the stream comes, see `PatchScript`.
  private(set) var orders: [UInt8] = []
  private var patchCount = 0
  let targetCount: Int
  /// Whether the nodes' tar reads files with holes.
  var keepsHoles = false

  /// - Parameter plans: one for each target, nil where nothing is to be done.
  init(_ plans: [TargetPlan?]) {
    targetCount = plans.count
    for (index, plan) in plans.enumerated() {
      guard let plan else { continue }
      addLists(plan, index)
      if plan.plan.whole { stageWhole(plan, index) } else { stageGroups(plan, index) }
    }
  }

  /// What travels if of each patched file next to nothing does.
  var leastBytes: Int64 {
    items.reduce(0) { $0 + ($1.entry.kind == .file && $1.patch == nil ? $1.entry.size : 0) }
  }

  var contentBytes: Int64 {
    items.reduce(0) { $0 + ($1.entry.kind == .file ? $1.entry.size : 0) }
  }

  /// Of the item at this place in the stream.
  @Sendable func contentSize(_ index: Int) -> Int64 { items[index].entry.contentSize }

  // MARK: a target that does not exist: the tree as it is, below `K/w`

  private mutating func stageWhole(_ plan: TargetPlan, _ target: Int) {
    let root = [UInt8]("\(target)/w")
    folders.append(Folder(target: target, staged: root))
    for folder in plan.plan.newFolders {
      folders.append(Folder(target: target, staged: root.joined(folder.path)))
    }
    for entry in plan.plan.puts {
      items.append(
        Item(
          target: target, staged: root.joined(entry.path), entry: entry, sums: plan.keepsSums))
    }
  }

  // MARK: changes in one that does: `K/G/name` goes into the folder that group G stands for

  private mutating func stageGroups(_ plan: TargetPlan, _ target: Int) {
    var groups = Groups(target: target)
    for folder in plan.plan.newFolders {
      folders.append(Folder(target: target, staged: groups.stage(folder.path, isFolder: true)))
    }
    for entry in plan.plan.puts {
      let staged = groups.stage(entry.path, isFolder: false)
      let patch = plan.sums[entry.path].flatMap { order($0, plan, entry.path, staged, target) }
      items.append(
        Item(target: target, staged: staged, entry: entry, patch: patch, sums: plan.keepsSums))
    }
    folders.insert(
      contentsOf: groups.names.map { Folder(target: target, staged: $0) }, at: 0)
    add("put", groups.lines, target)
  }

  private mutating func order(
    _ old: BlockSums, _ plan: TargetPlan, _ path: [UInt8], _ staged: [UInt8], _ target: Int
  ) -> Patch? {
    guard let checker = plan.checker else { return nil }
    defer { patchCount += 1 }
    let names = [staged, path].map(ShellCommand.escape).joined(separator: " ")
    let line = "base \(patchCount) \(target) \(old.segments.count) \(names)\n"
    orders += Array(line.utf8)
    return Patch(number: patchCount, old: old, checker: checker)
  }

  private struct Groups {
    let target: Int
    private var groupOf: [[UInt8]: Int] = [:]
    private var counts: [Int] = []
    private var destinations: [[UInt8]] = []
    private var stagedFolders: [[UInt8]: [UInt8]] = [:]

    init(target: Int) { self.target = target }

    var names: [[UInt8]] { counts.indices.map(name) }
    var lines: [[UInt8]] {
      destinations.indices.map { [UInt8]("\($0).\(counts[$0]) ") + destinations[$0].dotted }
    }

    private func name(_ group: Int) -> [UInt8] { [UInt8]("\(target)/\(group)") }

    mutating func stage(_ path: [UInt8], isFolder: Bool) -> [UInt8] {
      let parent = path.parentPath
      let staged = (stagedFolders[parent] ?? group(parent)).joined(path.lastPart)
      if isFolder { stagedFolders[path] = staged }
      return staged
    }

    private mutating func group(_ destination: [UInt8]) -> [UInt8] {
      if let group = groupOf[destination] {
        counts[group] += 1
        return name(group)
      }
      let group = counts.count
      groupOf[destination] = group
      counts.append(1)
      destinations.append(destination)
      return name(group)
    }
  }

  // MARK: lists

  private mutating func addLists(_ target: TargetPlan, _ index: Int) {
    let plan = target.plan
    add("safe", Self.guarded(plan).map(\.dotted), index)
    add("open", plan.closedFolders.map(\.dotted), index)
    add("mkdir", plan.madeFolders.map(\.dotted), index)
    // No path here has two slashes in a row but where source and destination meet.
    add("move", plan.moves.map { $0.from.dotted + [UInt8]("//") + $0.to.dotted }, index)
    add("rm", plan.deletedFiles.map(\.dotted), index)
    add("rmdir", plan.deletedFolders.map(\.dotted), index)
    let byMode = Dictionary(grouping: plan.modes, by: \.mode)
    for (mode, entries) in byMode.sorted(by: { $0.key < $1.key }) {
      add("chmod.\(String(mode, radix: 8))", entries.map(\.path.dotted), index)
    }
    addTar("folders", plan.folders, index)
    add("foldermodes", plan.folders.map { Self.octal($0) + [UInt8](" ") + $0.path.dotted }, index)
    guard plan.setsRoot, let root = target.root else { return }
    addTar("top", [root], index)
    add("topmode", [Self.octal(root)], index)
  }

  private static func octal(_ entry: FileEntry) -> [UInt8] {
    [UInt8](String(entry.mode, radix: 8))
  }

  /// Every folder that has to be a real one for the changes to stay inside, outermost first.
  static func guarded(_ plan: SyncPlan) -> [[UInt8]] {
    let made = Set(plan.newFolders.map(\.path) + plan.madeFolders)
    let moved = plan.moves.filter { $0.kind == .folder }.map(\.to)
    var found: Set<[UInt8]> = []
    func add(_ path: [UInt8]) {
      var folder = path.parentPath
      while !folder.isEmpty, !found.contains(folder) {
        if !made.contains(folder), !moved.contains(where: { folder.isIn($0) }) {
          found.insert(folder)
        }
        folder = folder.parentPath
      }
    }
    plan.puts.forEach { add($0.path) }
    plan.newFolders.forEach { add($0.path) }
    plan.modes.forEach { add($0.path) }
    plan.folders.forEach { add($0.path.joined([0])) }
    plan.madeFolders.forEach(add)
    plan.deletedFiles.forEach(add)
    plan.deletedFolders.forEach(add)
    plan.moves.forEach { add($0.from) }
    plan.moves.forEach { add($0.to) }
    return found.sorted { $0.precedes($1) }
  }

  private mutating func add(_ name: String, _ lines: [[UInt8]], _ target: Int) {
    guard !lines.isEmpty else { return }
    texts.append(
      Text(name: [UInt8]("c/\(target)/\(name)"), content: Array(lines.joined(separator: [0])) + [0])
    )
  }

  /// A small tar of nothing but folders: the one way to give many folders mode and time in one process.
  private mutating func addTar(_ name: String, _ entries: [FileEntry], _ target: Int) {
    guard !entries.isEmpty else { return }
    var content: [UInt8] = []
    for entry in entries {
      let path = entry.path.isEmpty ? [UInt8]("./") : entry.path.dotted + [UInt8.slash]
      content += TarHeader(name: path, kind: .folder, mode: entry.mode, mtime: entry.mtime).blocks
    }
    texts.append(Text(name: [UInt8]("c/\(target)/\(name)"), content: content + TarHeader.end))
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
