import SystemPackage

/// Keeps a manifest on this machine's disk: written whole or not at all; what cannot be read counts as none.
enum ManifestFile {
  private static let magic = Array("sky-sync 1\n".utf8)

  /// The manifest at `path` when it is about these two places, else nil; a nil source is any.
  static func load(_ path: FilePath, source: FilePath?, target: [UInt8]) -> Manifest? {
    guard let bytes = WholeFile.read(path) else { return nil }
    var reader = ByteReader(bytes)
    guard reader.bytes(magic.count).map(Array.init) == magic,
      let from = reader.text(), source.map({ Array($0.string.utf8) == from }) ?? true,
      reader.text() == target,
      let count = reader.number(), count >= 0, count <= Int64(bytes.count)
    else { return nil }
    var entries: [FileEntry] = []
    entries.reserveCapacity(Int(count))
    for _ in 0..<count {
      guard let entry = entry(&reader) else { return nil }
      entries.append(entry)
    }
    return reader.bytes(magic.count).map(Array.init) == magic ? Manifest(entries: entries) : nil
  }

  static func save(
    _ manifest: Manifest, to path: FilePath, source: FilePath, target: [UInt8]
  ) throws(SyncError) {
    var bytes = magic
    append(Array(source.string.utf8), to: &bytes)
    append(target, to: &bytes)
    append(Int64(manifest.entries.count), to: &bytes)
    for entry in manifest.entries { append(entry, to: &bytes) }
    bytes += magic
    do {
      try WholeFile.replace(path, with: bytes)
    } catch {
      throw SyncError(.cannotWrite, path.string, "cannot remember what was sent: \(error)")
    }
  }

  // MARK: entries

  private static func append(_ entry: FileEntry, to bytes: inout [UInt8]) {
    let identity = entry.identity
    bytes.append(entry.kind.rawValue)
    append(Int64(entry.mode), to: &bytes)
    append(entry.size, to: &bytes)
    append(entry.mtime, to: &bytes)
    append(Int64(bitPattern: identity?.device ?? 0), to: &bytes)
    append(Int64(bitPattern: identity?.inode ?? 0), to: &bytes)
    append(Int64(identity?.links ?? 0), to: &bytes)
    append(identity?.ctime ?? 0, to: &bytes)
    append(entry.path, to: &bytes)
    append(entry.linkTarget, to: &bytes)
  }

  private static func entry(_ reader: inout ByteReader) -> FileEntry? {
    guard let kind = reader.bytes(1)?.first.flatMap(FileEntry.Kind.init),
      let mode = reader.number(), let size = reader.number(), let mtime = reader.number(),
      let device = reader.number(), let inode = reader.number(), let links = reader.number(),
      let ctime = reader.number(), let path = reader.text(), let target = reader.text(),
      path.isPlainRelativePath
    else { return nil }
    let identity = FileEntry.Identity(
      device: UInt64(bitPattern: device), inode: UInt64(bitPattern: inode),
      links: UInt32(truncatingIfNeeded: links), ctime: ctime)
    return FileEntry(
      path: path, kind: kind, mode: UInt16(truncatingIfNeeded: mode), size: size, mtime: mtime,
      linkTarget: target, identity: links == 0 ? nil : identity)
  }

  private static func append(_ number: Int64, to bytes: inout [UInt8]) {
    bytes.append(number: number)
  }

  private static func append(_ text: [UInt8], to bytes: inout [UInt8]) {
    append(Int64(text.count), to: &bytes)
    bytes += text
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

  mutating func text() -> [UInt8]? {
    guard let count = number(), count < 1 << 20 else { return nil }
    return bytes(Int(count)).map(Array.init)
  }
}
