/// Reads files and writes them as one tar stream. Blocking: runs on a thread of its own.
///
/// A file that changes while it is read keeps the stream valid: the announced size is sent, the file is read
/// again at the end, and if that fails too it is named in `drop`, so that the node never commits it.
final class Packer {
  let list: PackList
  let sources: [SourceFolder]
  let buffer: PackBuffer
  let progress: (Int64) -> Void
  var result = PackResult()
  /// By target, what is staged.
  var listing: [RecordSorter]
  var dropped: [[UInt8]] = []
  var again: [PackList.Item] = []
  var links: [LinkKey: [UInt8]] = [:]
  /// Of the file that is being read, when its sums are wanted.
  var summer: BlockSummer?

  struct LinkKey: Hashable {
    var target: Int
    var place: FileEntry.Identity.Place
  }

  init(
    _ list: PackList, from sources: [SourceFolder], to sink: any ByteSink,
    progress: @escaping (Int64) -> Void
  ) {
    self.list = list
    self.sources = sources
    buffer = PackBuffer(sink)
    self.progress = progress
    listing = Array(repeating: RecordSorter(), count: list.targetCount)
  }

  func run() throws -> PackResult {
    for text in list.texts { try add(text) }
    for batch in list.batches {
      for folder in batch.staging.folders { try addFolder(folder, batch.target) }
      var folder = batch.newFolders.cursor
      while folder.next() { try addFolder(batch.staging.staged(folder.path), batch.target) }
    }
    for batch in list.batches {
      for entry in batch.puts { try add(batch.item(entry), isLastTry: false) }
    }
    for item in again { try add(item, isLastTry: true) }
    let lines = dropped.map { $0.dotted + [0] }
    try add(PackList.Text(name: [UInt8]("drop"), content: .bytes(Array(lines.joined()))))
    try add(PackList.Text(name: [UInt8]("end"), content: .bytes(digests())))
    try buffer.append(TarHeader.end)
    try buffer.finish()
    return result
  }

  private func digests() -> [UInt8] {
    var text = ""
    for target in listing.indices {
      listing[target].append([UInt8]("d ."))
      let hash = SHA256()
      listing[target].finish { hash.update($0) }
      text += "\(target) \(hash.finish())\n"
    }
    return Array(text.utf8)
  }

  private func addFolder(_ staged: [UInt8], _ target: Int) throws {
    try buffer.append(TarHeader(name: staged, kind: .folder, mode: 0o700, mtime: 0).blocks)
    listing[target].append([UInt8]("d ") + inTarget(staged))
  }

  func add(_ text: PackList.Text) throws {
    var size: Int64 = 0
    try pieces(of: text) { size += Int64($0.count) }
    try buffer.append(
      TarHeader(name: text.name, kind: .file, mode: 0o600, size: size, mtime: 0).blocks)
    try pieces(of: text, buffer.append)
    try buffer.zeros(Int64(TarHeader.padding(after: size)))
  }

  private func pieces(of text: PackList.Text, _ body: ([UInt8]) throws -> Void) throws {
    switch text.content {
    case .bytes(let bytes): try body(bytes)
    case .paths(let entries):
      for entry in entries { try body(entry.path.dotted + [0]) }
    case .folders(let folders):
      for folder in folders {
        let name = folder.path.isEmpty ? [UInt8]("./") : folder.path.dotted + [UInt8.slash]
        try body(
          TarHeader(name: name, kind: .folder, mode: folder.mode, mtime: folder.mtime).blocks)
      }
      try body(TarHeader.end)
    }
  }
}
