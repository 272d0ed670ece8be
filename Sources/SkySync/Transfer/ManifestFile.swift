import SystemPackage

/// Keeps a manifest on this machine's disk: written whole or not at all; what cannot be read counts as none.
///
/// The entries stand there as they do in memory: by chunks, each behind its number of entries and of bytes.
enum ManifestFile {
  private static let magic = Array("sky-sync 2\n".utf8)

  /// The manifest at `path` when it is about these two places, else nil; a nil source is any.
  static func load(_ path: FilePath, source: FilePath?, target: [UInt8]) -> Manifest? {
    guard let file = WholeFile.Reader(path), file.bytes(magic.count) == magic,
      let from = file.text(), source.map({ Array($0.string.utf8) == from }) ?? true,
      file.text() == target, let count = file.number(), count >= 0
    else { return nil }
    var chunks: [EntryList.Chunk] = []
    var left = count
    var last: [UInt8] = []
    while left > 0 {
      guard let entries = file.number(), let size = file.number(),
        entries == min(left, Int64(EntryList.Chunk.capacity)),
        size >= 0, size < 1 << 30, let bytes = file.bytes(Int(size)),
        let chunk = EntryList.Chunk(checking: bytes, count: Int(entries), after: &last)
      else { return nil }
      chunks.append(chunk)
      left -= entries
    }
    return file.bytes(magic.count) == magic ? Manifest(entries: EntryList(chunks: chunks)) : nil
  }

  static func save(
    _ manifest: Manifest, to path: FilePath, source: FilePath, target: [UInt8]
  ) throws(SyncError) {
    do {
      try WholeFile.replace(path) { write in
        var head = magic
        for place in [Array(source.string.utf8), target] {
          head.append(number: Int64(place.count))
          head += place
        }
        head.append(number: Int64(manifest.entries.count))
        try write(head)
        for chunk in manifest.entries.chunks {
          var sizes: [UInt8] = []
          sizes.append(number: Int64(chunk.count))
          sizes.append(number: Int64(chunk.bytes.count))
          try write(sizes)
          try write(chunk.bytes)
        }
        try write(magic)
      }
    } catch {
      throw SyncError(.cannotWrite, path.string, "cannot remember what was sent: \(error)")
    }
  }
}

extension EntryList.Chunk {
  /// What was read from a disk; nil when it does not hold so many entries in order, each of a plain path.
  /// - Parameter last: the path before the first, then that of the last.
  fileprivate init?(checking bytes: [UInt8], count: Int, after last: inout [UInt8]) {
    self.init(bytes: bytes, marks: [], count: count)
    var decoder = EntryDecoder()
    for index in 0..<count {
      if index % Self.step == 0 {
        marks.append(UInt32(decoder.position))
        decoder.start(at: decoder.position)
      }
      guard bytes.withUnsafeBytes({ decoder.next(in: $0) }), decoder.number == nil,
        decoder.name.isPlainRelativePath, last.precedes(decoder.name)
      else { return nil }
      last.removeAll(keepingCapacity: true)
      last += decoder.name
    }
    guard decoder.position == bytes.count else { return nil }
  }
}

extension Array<UInt8> {
  /// As `ByteReader.number` reads it.
  mutating func append(number: Int64) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }
}

/// Takes numbers and texts from the front of a byte string; nil once it is too short.
struct ByteReader {
  private let all: [UInt8]
  private var position = 0

  init(_ all: [UInt8]) { self.all = all }

  mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, all.count - position >= count else { return nil }
    defer { position += count }
    return all[position..<(position + count)]
  }

  mutating func number() -> Int64? {
    guard let bytes = bytes(8) else { return nil }
    return bytes.withUnsafeBytes { Int64(littleEndian: $0.loadUnaligned(as: Int64.self)) }
  }
}
