#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes what a stream has of a file to the places where it belongs; what lies between stays a hole.
struct HoledFile {
  private let file: CInt
  private let size: Int64
  private var rest: ArraySlice<HoleMap.Segment>

  /// - Parameters:
  ///   - file: empty, open for writing.
  ///   - holes: nil for a file without.
  init(_ file: CInt, size: Int64, _ holes: HoleMap?) {
    self.file = file
    self.size = size
    rest = holes?.segments[...] ?? [HoleMap.Segment(offset: 0, count: size)]
  }

  /// nil, or why it cannot be written.
  mutating func write(_ bytes: UnsafeRawBufferPointer) -> String? {
    var bytes = bytes[...]
    while !bytes.isEmpty, let segment = rest.first {
      let part = bytes.prefix(Int(clamping: segment.count))
      let count = pwrite(file, part.baseAddress, part.count, off_t(segment.offset))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return LocalFolder.lastError }
      bytes = bytes.dropFirst(count)
      if Int64(count) == segment.count {
        rest.removeFirst()
      } else {
        rest[rest.startIndex].offset += Int64(count)
        rest[rest.startIndex].count -= Int64(count)
      }
    }
    return nil
  }

  /// Makes it as long as it is, which a last hole alone does not; nil, or why not.
  func finish() -> String? {
    ftruncate(file, off_t(size)) == 0 ? nil : LocalFolder.lastError
  }
}

extension Slice<UnsafeRawBufferPointer> {
  fileprivate var baseAddress: UnsafeRawPointer? {
    UnsafeRawBufferPointer(rebasing: self).baseAddress
  }
}
