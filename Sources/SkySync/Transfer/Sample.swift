#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Tells from a few files whether a stream is worth compressing.
enum Sample {
  private static let files = 24
  private static let bytesOfEach = 64 << 10

  /// True when the sample shrinks by a quarter or more, and the stream is more than a few packets.
  static func shrinks(_ list: PackList, _ sources: [SourceFolder]) -> Bool {
    let names = list.folderCount + list.count
    guard list.contentBytes > 16 << 10 || names > 16 else { return false }
    // Mostly headers and lists: these always shrink.
    guard list.contentBytes > 1024 * Int64(names) else { return true }
    let bytes = pieces(of: list, sources)
    var compressed = 0
    do {
      let writer = try ZstdWriter(level: 1, threads: 0) { compressed += $0.count }
      try bytes.withUnsafeBytes { try writer.write($0) }
      try writer.finish()
    } catch {
      return false
    }
    return compressed * 4 < bytes.count * 3
  }

  /// The bytes in the middle of files that stand at equal distances in the stream's content.
  private static func pieces(of list: PackList, _ sources: [SourceFolder]) -> [UInt8] {
    let step = max(list.contentBytes / Int64(files), 1)
    var bytes: [UInt8] = []
    var position: Int64 = 0
    var wanted = step / 2
    var index = 0
    var sizes = list.sizes
    while let size = sizes.next() {
      while wanted < position + size {
        if let item = list.item(at: index) {
          bytes += read(item, at: max(0, wanted - position), sources)
        }
        wanted += max(step, size / 4)
      }
      position += size
      index += 1
    }
    return bytes
  }

  private static func read(
    _ item: PackList.Item, at offset: Int64, _ sources: [SourceFolder]
  ) -> [UInt8] {
    guard case .success(let file) = sources[item.target].open(item.entry.path) else { return [] }
    defer { close(file.descriptor) }
    return [UInt8](unsafeUninitializedCapacity: bytesOfEach) { buffer, count in
      count = max(0, pread(file.descriptor, buffer.baseAddress, bytesOfEach, off_t(offset)))
    }
  }
}
