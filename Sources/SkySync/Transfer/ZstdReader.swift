import CArchive

/// Decompresses one stream as it comes in; used by one thread.
final class ZstdReader {
  private var archive: OpaquePointer?
  private let input: () -> [UInt8]?
  /// Stays where it is until libarchive asks for more.
  private var chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 0, alignment: 16)

  /// - Parameter input: the next compressed piece, nil at the end; blocks.
  init(_ input: @escaping () -> [UInt8]?) throws(CompressionError) {
    self.input = input
    archive = archive_read_new()
    guard archive_read_support_filter_zstd(archive) == ARCHIVE_OK,
      archive_read_support_format_raw(archive) == ARCHIVE_OK
    else { throw CompressionError(archive) }
  }

  deinit {
    archive_read_free(archive)
    chunk.deallocate()
  }

  /// Waits for the stream's beginning.
  func open() throws(CompressionError) {
    // Unretained: the archive does not outlive this object, which frees it.
    let context = Unmanaged.passUnretained(self).toOpaque()
    let status = archive_read_open(
      archive, context, nil,
      { _, context, bytes in
        guard let context else { return -1 }
        let reader = Unmanaged<ZstdReader>.fromOpaque(context).takeUnretainedValue()
        return reader.refill(bytes)
      }, nil)
    var entry: OpaquePointer?
    guard status == ARCHIVE_OK, archive_read_next_header(archive, &entry) == ARCHIVE_OK else {
      throw CompressionError(archive)
    }
  }

  private func refill(_ bytes: UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int {
    guard let next = input() else { return 0 }
    chunk.deallocate()
    chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: next.count, alignment: 16)
    chunk.copyBytes(from: next)
    bytes?.pointee = UnsafeRawPointer(chunk.baseAddress)
    return next.count
  }

  /// The next plain piece, valid until the next call; nil at the end.
  func next() throws(CompressionError) -> UnsafeRawBufferPointer? {
    var bytes: UnsafeRawPointer?
    var count = 0
    var offset: Int64 = 0
    let status = archive_read_data_block(archive, &bytes, &count, &offset)
    if status == ARCHIVE_EOF { return nil }
    guard status == ARCHIVE_OK else { throw CompressionError(archive) }
    return UnsafeRawBufferPointer(start: bytes, count: count)
  }
}
