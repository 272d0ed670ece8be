import SystemPackage

/// Keeps the block sums of large files beside the manifest. Losing them costs sending such a file whole once.
enum SumsFile {
  private static let magic = Array("sky-blocks 2\n".utf8)

  /// Which content the sums are of: a file is the same one when all of this is.
  struct Key: Hashable, Sendable {
    var place: FileEntry.Identity.Place
    var size: Int64
    var mtime: Int64

    /// nil without an identity.
    init?(_ entry: FileEntry) {
      guard entry.kind == .file, let place = entry.identity?.place else { return nil }
      self.place = place
      size = entry.size
      mtime = entry.mtime
    }

    fileprivate init(place: FileEntry.Identity.Place, size: Int64, mtime: Int64) {
      self.place = place
      self.size = size
      self.mtime = mtime
    }
  }

  /// Empty when there are none, or they cannot be read.
  static func load(besides manifest: FilePath) -> [Key: BlockSums] {
    guard let bytes = WholeFile.read(path(manifest)) else { return [:] }
    var reader = ByteReader(bytes)
    guard reader.bytes(magic.count).map(Array.init) == magic,
      let count = reader.number(), count >= 0, count <= Int64(bytes.count)
    else { return [:] }
    var all: [Key: BlockSums] = [:]
    for _ in 0..<count {
      guard let (key, sums) = record(&reader) else { return [:] }
      all[key] = sums
    }
    return reader.bytes(magic.count).map(Array.init) == magic ? all : [:]
  }

  /// When it cannot be written, files are sent whole.
  static func save(_ all: [Key: BlockSums], besides manifest: FilePath) {
    var bytes = magic
    bytes.append(number: Int64(all.count))
    for (key, sums) in all {
      for number in [
        Int64(bitPattern: key.place.device), Int64(bitPattern: key.place.inode), key.size,
        key.mtime, Int64(sums.blockSize),
      ] {
        bytes.append(number: number)
      }
      bytes += sums.key + sums.blocks
      for sum in sums.segments { bytes.append(number: Int64(sum)) }
    }
    try? WholeFile.replace(path(manifest), with: bytes + magic)
  }

  private static func record(_ reader: inout ByteReader) -> (Key, BlockSums)? {
    guard let device = reader.number(), let inode = reader.number(), let size = reader.number(),
      let mtime = reader.number(), let blockSize = reader.number().map({ Int($0) }),
      size > 0, blockSize >= 64 << 10, blockSize <= 16 << 20, blockSize & (blockSize - 1) == 0,
      let key = reader.bytes(BlockMAC.keySize),
      let blocks = reader.bytes(BlockSums.count(size, by: Int64(blockSize)) * BlockMAC.size)
    else { return nil }
    var segments: [UInt32] = []
    for _ in 0..<BlockSums.count(size, by: BlockSums.segment) {
      guard let sum = reader.number().flatMap(UInt32.init(exactly:)) else { return nil }
      segments.append(sum)
    }
    let place = FileEntry.Identity.Place(
      device: UInt64(bitPattern: device), inode: UInt64(bitPattern: inode))
    return (
      Key(place: place, size: size, mtime: mtime),
      BlockSums(
        size: size, blockSize: blockSize, key: Array(key), blocks: Array(blocks),
        segments: segments)
    )
  }

  private static func path(_ manifest: FilePath) -> FilePath {
    FilePath("\(manifest.string).blocks")
  }
}
