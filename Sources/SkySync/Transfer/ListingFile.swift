import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A kept listing on this machine's disk: read from there piece by piece, whatever becomes of the name.
final class ListingFile: Sendable {
  static let magic = Array("sky-listing 2\n".utf8)
  static let digestLength = 64

  let digest: String
  private let descriptor: CInt
  /// Where the records begin and end.
  private let range: Range<Int64>
  /// Its name as long as it is not saved under another.
  private let temporary: FilePath?

  /// nil when there is none, or it is not whole.
  init?(_ path: FilePath) {
    descriptor = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) }
    temporary = nil
    let start = Self.magic.count + Self.digestLength
    let end = Int(lseek(descriptor, 0, SEEK_END)) - Self.magic.count
    guard descriptor >= 0, end >= start else {
      (digest, range) = ("", 0..<0)
      return nil
    }
    range = Int64(start)..<Int64(end)
    let head = Self.read(descriptor, 0..<Int64(start))
    let digits = head.dropFirst(Self.magic.count)
    digest = String(decoding: digits, as: UTF8.self)
    guard head.starts(with: Self.magic), digits.count == Self.digestLength,
      Self.read(descriptor, Int64(end)..<Int64(end + Self.magic.count)) == Self.magic,
      digits.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
    else { return nil }
  }

  fileprivate init(_ descriptor: CInt, _ temporary: FilePath, digest: String, count: Int64) {
    self.descriptor = descriptor
    self.temporary = temporary
    self.digest = digest
    let start = Int64(Self.magic.count + Self.digestLength)
    range = start..<(start + count)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    // Of one that was saved there is no such name any more.
    if let temporary { unlink(temporary.string) }
  }

  /// How many bytes the records have.
  var count: Int { range.count }

  /// Gives it its name, for good.
  func save(as path: FilePath) {
    guard let temporary, fsync(descriptor) == 0 else { return }
    rename(temporary.string, path.string)
  }

  private static let piece: Int64 = 256 << 10

  var reader: RecordReader {
    var place = range.lowerBound
    var bytes: [UInt8] = []
    // One that cannot be read on looks cut off: then it is no listing.
    return RecordReader { [self] () throws(CompressionError) in
      let end = min(place + Self.piece, range.upperBound)
      bytes = Self.read(descriptor, place..<end)
      place += Int64(bytes.count)
      return bytes.isEmpty ? nil : bytes
    }
  }

  private static func read(_ descriptor: CInt, _ range: Range<Int64>) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      while filled < range.count {
        let place = off_t(range.lowerBound) + off_t(filled)
        let count = pread(
          descriptor, buffer.baseAddress.map { $0 + filled }, range.count - filled, place)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        filled += count
      }
    }
  }
}

/// Writes a listing to a file without its final name, record by record.
final class ListingWriter {
  private let descriptor: CInt
  private let temporary: FilePath
  private var buffer = ListingFile.magic + [UInt8](repeating: 48, count: ListingFile.digestLength)
  private let hash = SHA256()
  private var count: Int64 = 0
  private var hashed: Int
  private var isOpen = true
  private var failed = false

  /// nil when there is no place for it.
  init?(besides path: FilePath) {
    hashed = buffer.count
    temporary = FilePath("\(path.string).\(getpid()).\(UInt32.random(in: 0 ... .max))")
    try? WholeFile.makeFolders(path.removingLastComponent())
    descriptor = temporary.withPlatformString {
      open($0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    }
    if descriptor < 0 { return nil }
  }

  deinit {
    guard isOpen, descriptor >= 0 else { return }
    close(descriptor)
    unlink(temporary.string)
  }

  /// Adds a record; its NUL is added.
  func append(_ record: ArraySlice<UInt8>) {
    buffer += record
    if record.last != 0 { buffer.append(0) }
    if buffer.count >= 256 << 10 { flush() }
  }

  private func flush() {
    buffer.withUnsafeBytes { bytes in
      let fresh = UnsafeRawBufferPointer(rebasing: bytes[hashed...])
      hash.update(fresh)
      count += Int64(fresh.count)
      write(bytes)
    }
    buffer.removeAll(keepingCapacity: true)
    hashed = 0
  }

  private func write(_ bytes: UnsafeRawBufferPointer) {
    do {
      try FileDescriptor(rawValue: descriptor).writeAll(bytes)
    } catch {
      failed = true
    }
  }

  /// The listing; nil when it could not be written.
  func finish() -> KeptListing? {
    flush()
    let digest = hash.finish()
    ListingFile.magic.withUnsafeBytes { write($0) }
    lseek(descriptor, off_t(ListingFile.magic.count), SEEK_SET)
    Array(digest.utf8).withUnsafeBytes { write($0) }
    guard !failed else { return nil }
    isOpen = false
    return KeptListing(ListingFile(descriptor, temporary, digest: digest, count: count))
  }
}
