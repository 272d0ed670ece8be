#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder that waits to be read.
struct FolderTask: Sendable {
  /// The number of its listing.
  var number: Int32
  /// Relative to the root; empty for the root.
  var path: [UInt8]
  /// The folder it is in, when that is still open.
  var parent: FolderHandle?
  /// The ignore files that count for what is next to it.
  var level: IgnoreLevel?
}

/// The folders that wait, for several threads. Last in, first out: so few folders stay open.
///
/// `@unchecked Sendable`: every property is used between `pthread_mutex_lock` and `unlock` only; the two
/// pthread objects live at fixed addresses until `deinit`.
final class ScanQueue: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var waiting: [FolderTask] = []
  private var numbers: Int32 = 0
  /// Folders that are waiting or being read.
  private var open = 0

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Numbers for `count` listings, the first of them.
  func reserve(_ count: Int) -> Int32 {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    numbers += Int32(count)
    return numbers - Int32(count)
  }

  func add(_ tasks: [FolderTask]) {
    guard !tasks.isEmpty else { return }
    pthread_mutex_lock(mutex)
    waiting += tasks
    open += tasks.count
    pthread_mutex_unlock(mutex)
    if tasks.count > 1 { pthread_cond_broadcast(changed) } else { pthread_cond_signal(changed) }
  }

  /// Says that one folder that `next` gave is read and its children are added.
  func finish() {
    pthread_mutex_lock(mutex)
    open -= 1
    let isDone = open == 0
    pthread_mutex_unlock(mutex)
    if isDone { pthread_cond_broadcast(changed) }
  }

  /// The next folder; waits for one while others are being read; nil when all are.
  func next() -> FolderTask? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while waiting.isEmpty {
      if open == 0 { return nil }
      pthread_cond_wait(changed, mutex)
    }
    return waiting.removeLast()
  }

  /// How many listings were reserved.
  var count: Int {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return Int(numbers)
  }
}
