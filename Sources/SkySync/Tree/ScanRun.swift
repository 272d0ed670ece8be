import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One scan under way: shared by its threads.
final class ScanRun: Sendable {
  typealias Result = Swift.Result<FileScan, SyncError>

  let rules: IgnoreRules
  let listsIgnored: Bool
  /// The open root.
  let root: Int32
  let queue = ScanQueue()
  let budget = HandleBudget()
  let tracked: TrackedPaths?
  private let rootPath: FilePath
  private let isCancelled = Atomic<Bool>(false)
  private let collected = Mutex(Collected())

  private struct Collected {
    var outputs: [ScanOutput] = []
    var threads = 0
  }

  init(_ path: FilePath, rules: IgnoreRules, listsIgnored: Bool) throws(SyncError) {
    self.rules = rules
    self.listsIgnored = listsIgnored
    rootPath = path
    do throws(Errno) {
      let name = path.rawBytes.map { CChar(bitPattern: $0) } + [0]
      root = try retrying { open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    } catch {
      throw SyncError(.noSource, path.string, "cannot open the folder: \(describe(error))")
    }
    tracked = rules.trackedSource.map(TrackedPaths.init)
  }

  deinit { close(root) }

  func cancel() { isCancelled.store(true, ordering: .relaxed) }

  /// Starts the threads; the last one to end calls `done`.
  func start(_ done: @escaping @Sendable (Result) -> Void) {
    if rules.rootRule == nil {
      queue.add([FolderTask(number: queue.reserve(1), path: [], level: rules.above)])
    }
    let wanted = max(2, min(8, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    collected.withLock { $0.threads = wanted }
    for _ in 0..<wanted {
      // Without a thread to be had the caller's does its share.
      if !startThread({ self.work(done) }) { work(done) }
    }
  }

  private func work(_ done: @Sendable (Result) -> Void) {
    var reader = FolderReader(self)
    while let task = queue.next() {
      if !isCancelled.load(ordering: .relaxed) { reader.read(task) }
      queue.finish()
    }
    let outputs = collected.withLock { collected -> [ScanOutput]? in
      collected.outputs.append(reader.output)
      collected.threads -= 1
      guard collected.threads == 0 else { return nil }
      defer { collected.outputs = [] }
      return collected.outputs
    }
    reader.output = ScanOutput()
    guard let outputs else { return }
    done(isCancelled.load(ordering: .relaxed) ? .failure(cancelled) : .success(finish(outputs)))
  }

  private var cancelled: SyncError {
    SyncError(.cancelled, rootPath.string, "the scan was cancelled")
  }

  private func finish(_ outputs: consuming [ScanOutput]) -> FileScan {
    var problems = rules.problems
    var ignored: [FileScan.Ignored] = []
    var trackedIgnored: [FileScan.Ignored] = []
    var listings = [FolderListing?](repeating: nil, count: queue.count)
    for output in outputs {
      problems += output.problems
      ignored += output.ignored
      trackedIgnored += output.trackedIgnored
      for (number, listing) in output.listings { listings[Int(number)] = listing }
    }
    outputs = []
    if let rule = rules.rootRule { problems.append(Self.rootIsIgnored(by: rule)) }
    if let problem = tracked?.problem { problems.append(problem) }
    problems.sort { $0.path.lexicographicallyPrecedes($1.path) }
    ignored.sort { $0.path.lexicographicallyPrecedes($1.path) }
    trackedIgnored.sort { $0.path.lexicographicallyPrecedes($1.path) }
    return FileScan(
      tree: FileTree(entries: assemble(listings), problems: problems),
      ignored: ignored, trackedIgnored: trackedIgnored)
  }

  private static func rootIsIgnored(by rule: Rule) -> Problem {
    let place = String(decoding: rule.file, as: UTF8.self)
    let text = String(decoding: rule.pattern, as: UTF8.self)
    let reason = "all of it is left out: the folder itself is ignored by"
    return Problem(
      path: [], reason: "\(reason) \(place):\(rule.line): \(text)", isNotice: true)
  }
}

/// What one thread found.
struct ScanOutput: Sendable {
  var listings: [(number: Int32, listing: FolderListing)] = []
  var problems: [Problem] = []
  var ignored: [FileScan.Ignored] = []
  var trackedIgnored: [FileScan.Ignored] = []
}

/// Puts the listings of all folders in the order of their paths; the root's has number 0.
private func assemble(_ listings: consuming [FolderListing?]) -> [FileEntry] {
  var entries: [FileEntry] = []
  entries.reserveCapacity(listings.reduce(0) { $0 + ($1?.records.count ?? 0) })
  func take(_ number: Int32) -> FolderListing? {
    guard Int(number) < listings.count else { return nil }
    defer { listings[Int(number)] = nil }
    return listings[Int(number)]
  }
  // The folders around the current one, and how far each has got.
  var around: [(listing: FolderListing, next: Int)] = []
  var current = take(0).map { (listing: $0, next: 0) }
  while let (listing, start) = current {
    var next = start
    while next < listing.order.count, !listing.order[next].isContent {
      entries.append(listing.entry(listing.order[next].record))
      next += 1
    }
    guard next < listing.order.count else {
      current = around.popLast()
      continue
    }
    let child = listing.child(listing.order[next].record)
    around.append((listing, next + 1))
    current = child.flatMap(take).map { (listing: $0, next: 0) } ?? around.popLast()
  }
  return entries
}

/// The system's words for an error.
func describe(_ error: Errno) -> String { error.description }
