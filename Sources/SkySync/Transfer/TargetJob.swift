import Dispatch
import SystemPackage

/// One pair of a push, once both sides are known.
struct TargetJob: Sendable {
  let pair: SyncPair
  let tree: FileTree
  let target: NodeTarget
  let source: SourceFolder
  let plan: SyncPlan
  private let old: Manifest?
  /// What the node has of the plan's patches, by path.
  private let sums: [[UInt8]: BlockSums]
  /// Whether removing what was sent depends on the manifest.
  private let needsMemory: Bool
  /// What the node will list when all is done, as a change of the listing that was kept at this look.
  private let forecast: ListingChange?

  static func plan(
    _ pair: SyncPair, _ index: Int, _ scanned: FileTree, _ target: NodeTarget,
    _ options: PushOptions, buckets: [[UInt8]] = []
  ) async throws(SyncError) -> TargetJob {
    let source = try pair.openSource()
    var tree = pair.shape == .contents ? scanned : Self.renamed(scanned, to: target.name)
    var target = target
    var clashes: [Problem] = []
    if target.foldsCase {
      (tree.entries, clashes) = CaseFolding.split(tree.entries)
      target.entries = CaseFolding.respell(target.entries, as: tree.entries)
    }
    let old = pair.manifest.flatMap {
      ManifestFile.load(
        $0, source: pair.mayRemove == nil ? pair.source : nil, target: target.path)
    }
    var policy = SyncPolicy()
    policy.mirror = options.mirror && pair.shape == .contents
    let mounted = buckets.filter { $0.isIn(target.path) }.map {
      Array($0.dropFirst(target.path.count).drop { $0 == .slash })
    }
    policy.protects = { path, isFolder in
      mounted.contains { path.isIn($0) } || options.protects(index, path, isFolder)
    }
    policy.isGone = pair.mayRemove ?? { options.removes && source.lacks($0) }
    policy.mayEmpty = pair.mayRemove != nil
    policy.moves = options.removes
    if options.checksum {
      policy.differing = try await ContentCheck.differing(tree, target, source)
    }
    let isNew = target.state == .absent && pair.shape == .contents && pair.mayRemove == nil
    let root =
      pair.sendsRoot ? (local: source.root, remote: target.root) : nil
    var plan =
      target.state == .other
      ? SyncPlan()
      : Difference.plan(
        from: tree, to: isNew ? nil : target.entries, manifest: old, policy: policy, root: root)
    plan.problems += clashes
    let sums = options.patches ? Self.sums(of: plan.patches, pair) : [:]
    plan.patches.removeAll { sums[$0.path] == nil }
    return TargetJob(
      pair: pair, tree: tree, target: target, source: source, plan: plan, old: old, sums: sums,
      needsMemory: options.removes)
  }

  private static func sums(of patches: [SyncPlan.Patch], _ pair: SyncPair) -> [[UInt8]: BlockSums] {
    guard !patches.isEmpty, let manifest = pair.manifest else { return [:] }
    let known = SumsFile.load(besides: manifest)
    var sums: [[UInt8]: BlockSums] = [:]
    for patch in patches { sums[patch.path] = SumsFile.Key(patch.sent).flatMap { known[$0] } }
    return sums
  }

  private init(
    pair: SyncPair, tree: FileTree, target: NodeTarget, source: SourceFolder, plan: SyncPlan,
    old: Manifest?, sums: [[UInt8]: BlockSums], needsMemory: Bool
  ) {
    self.pair = pair
    self.tree = tree
    self.target = target
    self.source = source
    self.plan = plan
    self.old = old
    self.sums = sums
    self.needsMemory = needsMemory
    forecast = pair.manifest.flatMap { _ in
      guard let listing = target.listing, !plan.isEmpty else { return nil }
      let change = Forecast.change(
        of: plan, on: target, root: pair.sendsRoot ? Self.root(source, plan, target) : nil)
      return change?.after(listing.change)
    }
  }

  /// The mode of a folder that was there is its owner's business: a home must not be opened by a push.
  private static func root(
    _ source: SourceFolder, _ plan: SyncPlan, _ target: NodeTarget
  ) -> FileEntry {
    var root = source.root
    if !plan.whole, let there = target.root { root.mode = there.mode }
    return root
  }

  /// What the node is to keep with its listing, told before the stream.
  var order: [UInt8] {
    guard let forecast, let manifest = pair.manifest, refusal == nil else { return [] }
    let old = target.listing?.change?.digest ?? "0"
    return forecast.order(KeptFile.key(pair, manifest), instead: old)
  }

  private static func renamed(_ tree: FileTree, to name: [UInt8]) -> FileTree {
    var entries = Array(tree.entries)
    for index in entries.indices { entries[index].path = name }
    return FileTree(entries: entries, problems: tree.problems)
  }

  /// Why nothing can be done with the target, known before anything is sent.
  var refusal: Problem? {
    target.state == .other
      ? Problem(path: target.path, reason: "is not a folder on the node") : nil
  }

  /// What the stream needs; nil when nothing is to be done.
  func targetPlan(_ checker: FilePatch.Checker?) -> TargetPlan? {
    guard !plan.isEmpty, refusal == nil else { return nil }
    return TargetPlan(
      plan: plan, root: pair.sendsRoot ? Self.root(source, plan, target) : nil, sums: sums,
      checker: checker, keepsSums: pair.manifest != nil)
  }

  /// Writes down what stands on the node now.
  func remember(_ packed: PackResult, failed: Bool) throws(SyncError) {
    guard let path = pair.manifest, refusal == nil else { return }
    if let listing = target.newListing { KeptFile.save(listing, besides: path) }
    if plan.isEmpty, plan.problems.isEmpty, let old, old.entries == tree.entries { return }
    if let forecast, let listing = target.listing, !failed {
      KeptFile.save(forecast, of: listing, besides: path)
    }
    let manifest = remembered(packed, failed: failed)
    if plan.whole, !failed, packed.broken.isEmpty {
      // The node keeps its listing once it has said the end; another than this one does no harm.
      if let writer = KeptFile.writer(besides: path) {
        KeptListing.write(root: source.root, entries: manifest.entries, to: writer)
        if let listing = writer.finish() { KeptFile.save(listing, besides: path) }
      }
    }
    rememberSums(packed, manifest, besides: path)
    if let old, old.entries == manifest.entries { return }
    do throws(SyncError) {
      try ManifestFile.save(manifest, to: path, source: pair.source, target: target.path)
    } catch {
      // Where nothing depends on it, the next sync sends more.
      if needsMemory { throw error }
    }
  }

  private func rememberSums(_ packed: PackResult, _ manifest: Manifest, besides path: FilePath) {
    let fresh = packed.notable.filter { $0.target == target.index && $0.sums != nil }
    guard !fresh.isEmpty else { return }
    let known = SumsFile.load(besides: path)
    let read = Dictionary(
      fresh.compactMap { file in
        SumsFile.Key(file.entry).flatMap { key in
          file.sums.map { (key, $0) }
        }
      }, uniquingKeysWith: { $1 })
    var all: [SumsFile.Key: BlockSums] = [:]
    var entry = manifest.entries.cursor
    while entry.next() {
      guard entry.fields.size >= BlockSums.smallestFile, let key = SumsFile.Key(entry.entry) else {
        continue
      }
      all[key] = read[key] ?? known[key]
    }
    SumsFile.save(all, besides: path)
  }

  private func remembered(_ packed: PackResult, failed: Bool) -> Manifest {
    var sent: [[UInt8]: FileEntry] = [:]
    var missing = Set(plan.problems.map(\.path))
    let index = target.index
    for file in packed.notable where file.target == index { sent[file.entry.path] = file.entry }
    for broken in packed.broken where broken.target == index { missing.insert(broken.problem.path) }
    var entries = tree.entries
    if !sent.isEmpty || !missing.isEmpty {
      entries = EntryList(
        entries.lazy.compactMap { missing.contains($0.path) ? nil : sent[$0.path] ?? $0 })
    }
    let left = leftovers(failed: failed)
    return Manifest(entries: left.isEmpty ? entries : entries.merged(with: left))
  }

  /// What was sent before, is not in the tree now, and stands on the node still.
  private func leftovers(failed: Bool) -> EntryList {
    guard let old else { return [] }
    let folders = failed ? [] : Set(plan.deletedFolders)
    let sent =
      failed || plan.deletedFiles.isEmpty ? old.entries : old.entries.without(plan.deletedFiles)
    var left = EntryListBuilder()
    var here = tree.entries.cursor
    var isHere = here.next()
    var entry = sent.cursor
    while entry.next() {
      while isHere, here.path.precedes(entry.path) { isHere = here.next() }
      if isHere, here.path == entry.path { continue }
      guard !folders.contains(entry.path),
        !plan.moves.contains(where: { entry.path.isIn($0.from) }),
        let there = target.entries.entry(at: entry.path), entry.entry.looksLike(there)
      else { continue }
      left.append(entry)
    }
    return left.finish()
  }
}
