import Dispatch
import Synchronization

/// One packer on a thread of its own, whose bytes are read by a task.
final class PackStream: Sendable {
  /// Whether the bytes are one zstd stream.
  let isCompressed: Bool
  private let pipe = ChunkPipe(capacity: 16)
  private let outcome = Mutex<Result<PackResult, any Error>?>(nil)

  /// Begins to pack.
  /// - Parameter canDecompress: whether the node has zstd.
  init(
    _ list: PackList, from sources: [SourceFolder], canDecompress: Bool,
    progress: @escaping @Sendable (Int64) -> Void
  ) {
    let compress = canDecompress && Sample.shrinks(list, sources)
    isCompressed = compress
    // `.userInitiated`: somebody waits for the sync.
    DispatchQueue(label: "sky.pack", qos: .userInitiated).async { [self] in
      let result = Result { try Self.pack(list, sources, compress, pipe, progress) }
      outcome.withLock { $0 = result }
      pipe.finish()
    }
  }

  /// The next bytes to send, nil at the end.
  func next() async -> [UInt8]? { await pipe.next() }

  /// What was packed; to be asked after the end.
  func result() throws(SyncError) -> PackResult {
    switch outcome.withLock({ $0 }) {
    case .success(let result): return result
    case .failure(let error as SyncError): throw error
    case .failure(let error):
      throw SyncError(.cannotWrite, "packing", "the stream could not be made: \(error)")
    case nil: throw SyncError(.cancelled, "packing", "was given up before its end")
    }
  }

  /// Nobody wants the rest.
  func abandon() { pipe.abandon() }

  private static func pack(
    _ list: PackList, _ sources: [SourceFolder], _ compress: Bool, _ pipe: ChunkPipe,
    _ progress: @escaping (Int64) -> Void
  ) throws -> PackResult {
    let plain = PipeSink(pipe)
    let sink: any ByteSink =
      compress ? try ZstdSink(plain, isLarge: list.contentBytes > 8 << 20) : plain
    return try Packer(list, from: sources, to: sink, progress: progress).run()
  }
}

/// Collects bytes into chunks of a good size for a channel.
private final class PipeSink: ByteSink {
  private let pipe: ChunkPipe
  private var chunk: [UInt8] = []
  private let size = 256 << 10

  init(_ pipe: ChunkPipe) { self.pipe = pipe }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    if chunk.isEmpty, bytes.count >= size {
      try send(Array(bytes))
      return
    }
    chunk.append(contentsOf: bytes)
    if chunk.count >= size {
      try send(chunk)
      chunk = []
      chunk.reserveCapacity(size * 2)
    }
  }

  func finish() throws {
    if !chunk.isEmpty { try send(chunk) }
  }

  private func send(_ bytes: [UInt8]) throws {
    guard pipe.send(bytes) else {
      throw SyncError(.cancelled, "packing", "was given up before its end")
    }
  }
}

private final class ZstdSink: ByteSink {
  private let writer: ZstdWriter
  private let next: any ByteSink

  init(_ next: any ByteSink, isLarge: Bool) throws {
    self.next = next
    writer = try ZstdWriter(level: 1, threads: isLarge ? 2 : 0) { try next.write($0) }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws { try writer.write(bytes) }

  func finish() throws {
    try writer.finish()
    try next.finish()
  }
}
