import Dispatch
import Synchronization

/// One packer on a thread of its own, whose bytes go to one or several nodes.
final class PackStream: Sendable {
  /// Whether the bytes are one zstd stream.
  let isCompressed: Bool
  private let fan: ChunkFan
  private let outcome = Mutex<Result<PackResult, any Error>?>(nil)

  /// Begins to pack.
  /// - Parameter canDecompress: whether the nodes have zstd.
  static func start(
    _ list: PackList, from sources: [SourceFolder], canDecompress: Bool, readers: Int
  ) async -> PackStream {
    await withCheckedContinuation { continuation in
      // `.userInitiated`: somebody waits for the sync.
      DispatchQueue(label: "sky.pack", qos: .userInitiated).async {
        let compress = canDecompress && Sample.shrinks(list, sources)
        let stream = PackStream(isCompressed: compress, readers: readers)
        continuation.resume(returning: stream)
        stream.pack(list, sources)
      }
    }
  }

  private init(isCompressed: Bool, readers: Int) {
    self.isCompressed = isCompressed
    fan = ChunkFan(readers: readers)
  }

  /// The next bytes to send to `reader`, nil at the end.
  func next(for reader: Int) async -> ChunkFan.Chunk? { await fan.next(for: reader) }

  /// `reader` wants no more.
  func leave(_ reader: Int) { fan.leave(reader) }

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

  private func pack(_ list: PackList, _ sources: [SourceFolder]) {
    let chunks = ChunkSink(fan)
    let result = Result {
      let sink: any ByteSink =
        isCompressed
        ? try ZstdSink(chunks, size: list.contentBytes) { chunks.contentDone > 0 } : chunks
      return try Packer(list, from: sources, to: sink) { chunks.contentDone += $0 }.run()
    }
    outcome.withLock { $0 = result }
    fan.finish()
  }
}

/// Collects bytes into chunks of a good size for a channel.
private final class ChunkSink: ByteSink {
  private let fan: ChunkFan
  private var chunk: [UInt8] = []
  private let size = 256 << 10
  /// Content that was packed so far.
  var contentDone: Int64 = 0

  init(_ fan: ChunkFan) { self.fan = fan }

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
    guard fan.send(ChunkFan.Chunk(bytes: bytes, contentDone: contentDone)) else {
      throw SyncError(.cancelled, "packing", "was given up before its end")
    }
  }
}
