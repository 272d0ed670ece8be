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
    var listings = [[UInt8]](repeating: [], count: queue.count)
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
  /// Packed, see `FolderListing`.
  var listings: [(number: Int32, listing: [UInt8])] = []
  var problems: [Problem] = []
  var ignored: [FileScan.Ignored] = []
  var trackedIgnored: [FileScan.Ignored] = []
}

/// Puts the packed listings of all folders in the order of their paths; the root's has number 0.
private func assemble(_ listings: consuming [[UInt8]]) -> EntryList {
  var builder = EntryListBuilder()
  func take(_ number: Int) -> [UInt8] {
    guard listings.indices.contains(number) else { return [] }
    defer { listings[number] = [] }
    return listings[number]
  }
  // The folders around the current one, and how far each has got.
  var around: [(listing: [UInt8], decoder: EntryDecoder, prefix: Int)] = []
  var current = (listing: take(0), decoder: EntryDecoder(), prefix: 0)
  // The current folder's path with a slash behind it, then a name.
  var path: [UInt8] = []
  while true {
    guard current.listing.withUnsafeBytes({ current.decoder.next(in: $0) }) else {
      guard let outer = around.popLast() else { return builder.finish() }
      current = outer
      continue
    }
    path.removeLast(path.count - current.prefix)
    path += current.decoder.name
    if let number = current.decoder.number {
      path.append(slash)
      around.append(current)
      current = (listing: take(number), decoder: EntryDecoder(), prefix: path.count)
    } else {
      builder.append(path, current.decoder.fields, target: current.decoder.target)
    }
  }
}

/// The system's words for an error.
func describe(_ error: Errno) -> String { error.description }
