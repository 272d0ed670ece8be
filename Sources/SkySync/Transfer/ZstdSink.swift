#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Compresses a stream as zstd frames, one after the other, which zstd(1) reads as one; a long one as
/// `CompressionPolicy` tells.
final class ZstdSink: ByteSink {
  /// The least stream for which there is something to choose.
  private static let longStream = Int64(32 << 20)
  private static let trial = 8 << 20
  /// After how many bytes the mode is thought over.
  private static let stretch = 4 << 20

  private let next: any ByteSink
  private let isLong: Bool
  /// Whether files have come: the lists before them are no measure.
  private var isUnderWay = false
  private let hasContent: () -> Bool
  private let threads: Int
  private var policy = CompressionPolicy()
  private var writer: ZstdWriter
  private let output: Output
  private var stretch = CompressionPolicy.Stretch()
  private var start = ContinuousClock.now

  /// Passes on what comes out, and counts it.
  private final class Output {
    let next: any ByteSink
    var bytes = 0
    var waited = Duration.zero

    init(_ next: any ByteSink) { self.next = next }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
      let before = ContinuousClock.now
      try next.write(bytes)
      waited += .now - before
      self.bytes += bytes.count
    }
  }

  /// - Parameters:
  ///   - size: how much content will come, about.
  ///   - hasContent: whether some of it has come.
  init(_ next: any ByteSink, size: Int64, hasContent: @escaping () -> Bool) throws {
    self.next = next
    self.hasContent = hasContent
    isLong = size >= Self.longStream
    threads = size > 8 << 20 ? 2 : 0
    output = Output(next)
    writer = try ZstdWriter(
      level: policy.mode.level, threads: isLong ? 0 : threads, output: output.write)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    guard isLong else { return try writer.write(bytes) }
    if !isUnderWay {
      guard hasContent() else { return try writer.write(bytes) }
      isUnderWay = true
      startStretch()
    }
    let before = policy.isTrying ? Self.processorTime() : .zero
    try writer.write(bytes)
    if policy.isTrying { stretch.processorTime += Self.processorTime() - before }
    stretch.bytesIn += bytes.count
    if stretch.bytesIn >= (policy.isTrying ? Self.trial : Self.stretch) { try endStretch() }
  }

  private func endStretch() throws {
    let (mode, wasTrying) = (policy.mode, policy.isTrying)
    // The whole of what a trial made counts.
    if wasTrying { try writer.finish() }
    (stretch.time, stretch.waited, stretch.bytesOut) = (.now - start, output.waited, output.bytes)
    policy.note(stretch)
    startStretch()
    if wasTrying || policy.isTrying || policy.mode.isFarSighted != mode.isFarSighted {
      if !wasTrying { try writer.finish() }
      writer = try ZstdWriter(
        level: policy.mode.level, threads: policy.isTrying ? 0 : threads,
        isFarSighted: policy.mode.isFarSighted, output: output.write)
    } else if policy.mode != mode {
      writer.change(level: policy.mode.level)
    }
  }

  private func startStretch() {
    (stretch, start) = (CompressionPolicy.Stretch(), .now)
    (output.waited, output.bytes) = (.zero, 0)
  }

  func finish() throws {
    try writer.finish()
    try next.finish()
  }

  /// How long this thread has run.
  private static func processorTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
