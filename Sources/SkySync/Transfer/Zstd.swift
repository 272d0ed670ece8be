import CArchive

/// Why bytes could not be compressed or decompressed: libarchive's own words.
struct CompressionError: Error, Equatable {
  var reason: String

  init(_ archive: OpaquePointer?) {
    reason = archive.flatMap { archive_error_string($0) }.map { String(cString: $0) } ?? "no memory"
  }

  init(reason: String) { self.reason = reason }
}

/// Compresses one stream; used by one thread at a time.
final class ZstdWriter {
  private var archive: OpaquePointer?
  private let output: (UnsafeRawBufferPointer) throws -> Void
  private var failure: (any Error)?

  /// - Parameter output: gets compressed pieces as they come.
  init(
    level: Int, threads: Int, output: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    self.output = output
    archive = archive_write_new()
    guard archive_write_add_filter_zstd(archive) == ARCHIVE_OK,
      archive_write_set_format_raw(archive) == ARCHIVE_OK
    else { throw CompressionError(archive) }
    archive_write_set_filter_option(archive, "zstd", "compression-level", String(level))
    // An older libarchive does not know the option and works on one thread.
    archive_write_set_filter_option(archive, "zstd", "threads", String(threads))
    archive_write_set_bytes_per_block(archive, 0)
    try open()
  }

  deinit { archive_write_free(archive) }

  private func open() throws {
    // Unretained: the archive does not outlive this object, which frees it.
    let context = Unmanaged.passUnretained(self).toOpaque()
    let status = archive_write_open(
      archive, context, nil,
      { _, context, bytes, count in
        guard let context else { return -1 }
        let writer = Unmanaged<ZstdWriter>.fromOpaque(context).takeUnretainedValue()
        return writer.pass(UnsafeRawBufferPointer(start: bytes, count: count))
      }, nil)
    guard status == ARCHIVE_OK else { throw CompressionError(archive) }
    let entry = archive_entry_new()
    defer { archive_entry_free(entry) }
    archive_entry_set_filetype(entry, UInt32(regularFile))
    guard archive_write_header(archive, entry) == ARCHIVE_OK else {
      throw CompressionError(archive)
    }
  }

  private func pass(_ bytes: UnsafeRawBufferPointer) -> Int {
    do {
      if failure == nil, !bytes.isEmpty { try output(bytes) }
      return failure == nil ? bytes.count : -1
    } catch {
      failure = error
      return -1
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    guard archive_write_data(archive, bytes.baseAddress, bytes.count) == bytes.count else {
      throw failure ?? CompressionError(archive)
    }
  }

  /// Ends the stream: what is still inside comes out.
  func finish() throws {
    guard archive_write_close(archive) == ARCHIVE_OK else {
      throw failure ?? CompressionError(archive)
    }
  }
}

/// S_IFREG, which is a macro with a cast that Swift does not import.
private let regularFile = 0o100000

enum Zstd {
  /// Gives the bytes that what `compressed` gives stands for, piece by piece, at most `limit` of them.
  static func pieces(
    of compressed: @escaping () -> [UInt8]?, limit: Int
  ) throws(CompressionError) -> () throws(CompressionError) -> [UInt8]? {
    let reader = try ZstdReader(compressed)
    try reader.open()
    var left = limit
    return { () throws(CompressionError) in
      guard let piece = try reader.next() else { return nil }
      left -= piece.count
      guard left >= 0 else { throw CompressionError(reason: "more than \(limit) bytes") }
      return Array(piece)
    }
  }
}
