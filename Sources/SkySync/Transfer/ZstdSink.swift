#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Compresses a stream as zstd frames, one after the other, which zstd(1) reads as one.
///
/// A long stream tries the levels on its first parts and goes on with the one that costs less in all: a higher one
/// sees farther back, which for some trees is quicker, too, for others only slow.
final class ZstdSink: ByteSink {
  /// What a level made of its part.
  struct Trial: Equatable {
    let level: Int
    var bytesIn = 0
    var bytesOut = 0
    /// Of one processor.
    var nanoseconds = 0

    /// For each byte that goes in: the time here, and what a byte that comes out costs both sides and the path.
    var cost: Double {
      (Double(nanoseconds) + Double(bytesOut) * Trial.byteCost) / Double(max(1, bytesIn))
    }

    /// Nanoseconds for encrypting, sending, decrypting and unpacking a byte: about as many as at 200 MB a second.
    private static let byteCost = 5.0
  }

  private static let levels = [1, 3]
  /// How much each level tries, and the least stream for which that is worth it.
  private static let part = 8 << 20
  private static let longStream = Int64(64 << 20)

  private let next: any ByteSink
  private let threads: Int
  private var writer: ZstdWriter
  private let count: Count
  /// Those that are over, and the one under way; empty when there is nothing to choose.
  private var trials: [Trial] = []

  private final class Count { var bytes = 0 }

  init(_ next: any ByteSink, size: Int64) throws {
    self.next = next
    threads = size > 8 << 20 ? 2 : 0
    count = Count()
    let isLong = size >= Self.longStream
    if isLong { trials = [Trial(level: Self.levels[0])] }
    writer = try Self.writer(Self.levels[0], isLong ? 0 : threads, count, next)
  }

  private static func writer(
    _ level: Int, _ threads: Int, _ count: Count, _ next: any ByteSink
  ) throws -> ZstdWriter {
    try ZstdWriter(level: level, threads: threads) { bytes in
      count.bytes += bytes.count
      try next.write(bytes)
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    guard !trials.isEmpty else { return try writer.write(bytes) }
    let start = Self.processorTime()
    try writer.write(bytes)
    let current = trials.count - 1
    trials[current].nanoseconds += Self.processorTime() - start
    trials[current].bytesIn += bytes.count
    if trials[current].bytesIn >= Self.part { try endTrial() }
  }

  private func endTrial() throws {
    try writer.finish()
    trials[trials.count - 1].bytesOut = count.bytes
    count.bytes = 0
    if trials.count < Self.levels.count {
      let level = Self.levels[trials.count]
      trials.append(Trial(level: level))
      writer = try Self.writer(level, 0, count, next)
    } else {
      writer = try Self.writer(Self.best(of: trials), threads, count, next)
      trials = []
    }
  }

  /// The level that costs least.
  static func best(of trials: [Trial]) -> Int {
    trials.min { $0.cost < $1.cost }?.level ?? levels[0]
  }

  func finish() throws {
    try writer.finish()
    try next.finish()
  }

  /// Nanoseconds that this thread has run.
  private static func processorTime() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
