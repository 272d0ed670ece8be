import CZstd

/// Compresses one stream as one zstd frame; used by one thread at a time.
final class ZstdWriter {
  private let context: OpaquePointer
  private let output: (UnsafeRawBufferPointer) throws -> Void
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)

  /// How far back `isFarSighted` looks: what every reader of the format should manage (RFC 8878 section 3.1.1.1.2).
  private static let windowLog = 23

  /// - Parameters:
  ///   - threads: how many compress beside the calling one, which only hands over then; 0 for none.
  ///   - isFarSighted: whether to find what comes again within 8 MiB, which costs as much memory on both sides.
  ///   - output: gets compressed pieces as they come.
  init(
    level: Int, threads: Int, isFarSighted: Bool = false,
    output: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    guard let context = ZSTD_createCCtx() else { throw CompressionError(reason: "no memory") }
    self.context = context
    self.output = output
    set(ZSTD_c_compressionLevel, level)
    // A library without threads refuses, and works on the calling one.
    set(ZSTD_c_nbWorkers, threads)
    guard isFarSighted else { return }
    set(ZSTD_c_windowLog, Self.windowLog)
    set(ZSTD_c_enableLongDistanceMatching, 1)
  }

  deinit {
    ZSTD_freeCCtx(context)
    buffer.deallocate()
  }

  /// Goes on with another level, soon; only with threads.
  func change(level: Int) { set(ZSTD_c_compressionLevel, level) }

  private func set(_ parameter: ZSTD_cParameter, _ value: Int) {
    ZSTD_CCtx_setParameter(context, parameter, CInt(value))
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
    while input.pos < input.size { _ = try step(&input, ZSTD_e_continue) }
  }

  /// Ends the stream: what is still inside comes out.
  func finish() throws {
    var input = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
    while try step(&input, ZSTD_e_end) > 0 {}
  }

  /// Returns how much is still inside, at least.
  private func step(_ input: inout ZSTD_inBuffer, _ end: ZSTD_EndDirective) throws -> Int {
    var piece = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
    let rest = ZSTD_compressStream2(context, &piece, &input, end)
    guard ZSTD_isError(rest) == 0 else {
      throw CompressionError(reason: String(cString: ZSTD_getErrorName(rest)))
    }
    if piece.pos > 0 { try output(UnsafeRawBufferPointer(rebasing: buffer[..<piece.pos])) }
    return rest
  }
}
