import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where a packer's bytes go.
protocol ByteSink: AnyObject {
  func write(_ bytes: UnsafeRawBufferPointer) throws
  func finish() throws
}

/// What became of a stream's files.
struct PackResult: Sendable {
  struct Sent: Sendable {
    var target: Int
    /// As it was read, which may be newer than the plan.
    var entry: FileEntry
    /// Of a large file, when they were wanted.
    var sums: BlockSums?
    /// Which patch it was sent as.
    var patch: Int?
  }

  /// How many files and links.
  var filesSent = 0
  /// Of these, what was read otherwise than it was planned, or of which there is more to know.
  var notable: [Sent] = []
  /// Per target: what could not be sent whole; the node drops it before it commits.
  var broken: [(target: Int, problem: Problem)] = []
  var contentBytes: Int64 = 0
}

/// Reads files and writes them as one tar stream. Blocking: runs on a thread of its own.
///
/// A file that changes while it is read keeps the stream valid: the announced size is sent, the file is read
/// again at the end, and if that fails too it is named in `drop`, so that the node never commits it.
final class Packer {
  private let list: PackList
  private let sources: [SourceFolder]
  private let sink: any ByteSink
  private let progress: (Int64) -> Void
  private var result = PackResult()
  /// By target, what is staged.
  private var listing: [RecordSorter]
  private var dropped: [[UInt8]] = []
  private var again: [PackList.Item] = []
  private var links: [LinkKey: [UInt8]] = [:]
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 512 << 10, alignment: 4096)
  private var used = 0
  /// Of the file that is being read, when its sums are wanted.
  private var summer: BlockSummer?

  private struct LinkKey: Hashable {
    var target: Int
    var place: FileEntry.Identity.Place
  }

  init(
    _ list: PackList, from sources: [SourceFolder], to sink: any ByteSink,
    progress: @escaping (Int64) -> Void
  ) {
    self.list = list
    self.sources = sources
    self.sink = sink
    self.progress = progress
    listing = Array(repeating: RecordSorter(), count: list.targetCount)
  }

  deinit { buffer.deallocate() }

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
    try append(TarHeader.end)
    try flush()
    try sink.finish()
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
    try append(TarHeader(name: staged, kind: .folder, mode: 0o700, mtime: 0).blocks)
    listing[target].append([UInt8]("d ") + inTarget(staged))
  }

  private func add(_ text: PackList.Text) throws {
    var size: Int64 = 0
    try pieces(of: text) { size += Int64($0.count) }
    try append(TarHeader(name: text.name, kind: .file, mode: 0o600, size: size, mtime: 0).blocks)
    try pieces(of: text, append)
    try zeros(TarHeader.padding(after: size))
  }

  private func pieces(of text: PackList.Text, _ body: ([UInt8]) throws -> Void) throws {
    switch text.content {
    case .bytes(let bytes): try body(bytes)
    case .folders(let folders):
      for folder in folders {
        let name = folder.path.isEmpty ? [UInt8]("./") : folder.path.dotted + [UInt8.slash]
        try body(
          TarHeader(name: name, kind: .folder, mode: folder.mode, mtime: folder.mtime).blocks)
      }
      try body(TarHeader.end)
    }
  }

  // MARK: files and links

  private func add(_ item: PackList.Item, isLastTry: Bool) throws {
    if item.entry.kind == .link {
      try addLink(item)
      return
    }
    try addOpened(item, isLastTry: isLastTry, mayWait: true)
  }

  private func addOpened(_ item: PackList.Item, isLastTry: Bool, mayWait: Bool) throws {
    switch sources[item.target].open(item.entry.path) {
    case .failure(let reason): fail(item, reason)
    case .success(let file):
      defer { close(file.descriptor) }
      if mayWait, file.settling > 0 {
        // Written within the clock's grain: a change after our look would have the same time.
        usleep(UInt32(file.settling / 1000 + 1))
        return try addOpened(item, isLastTry: isLastTry, mayWait: false)
      }
      if try addHardLink(item, file) { return }
      if !isLastTry, try addPatch(item, file) { return }
      try addFile(item, file, isLastTry: isLastTry)
    }
  }

  private func addLink(_ item: PackList.Item) throws {
    let entry = item.entry
    let header = TarHeader(
      name: item.staged, kind: .link, mode: 0o777, mtime: entry.mtime, linkTarget: entry.linkTarget)
    try append(header.blocks)
    record(item, entry)
  }

  private func addHardLink(_ item: PackList.Item, _ file: SourceFile) throws -> Bool {
    guard let identity = file.entry.identity, identity.links > 1 else { return false }
    let key = LinkKey(target: item.target, place: identity.place)
    guard let first = links[key] else { return false }
    let header = TarHeader(
      name: item.staged, kind: .hardLink, mode: file.entry.mode, mtime: file.entry.mtime,
      linkTarget: first)
    try append(header.blocks)
    record(item, file.entry)
    return true
  }

  /// Sends what changed in a file; false when the whole of it had better be sent.
  private func addPatch(_ item: PackList.Item, _ file: SourceFile) throws -> Bool {
    let (entry, descriptor) = (file.entry, file.descriptor)
    guard let order = item.patch, entry.identity?.links == 1,
      let patch = FilePatch.find(
        in: descriptor, size: entry.size, old: order.old, checker: order.checker)
    else { return false }
    let lists = "c/\(item.target)"
    // Without content: the node gives it that, and takes over the time.
    let empty = TarHeader(name: item.staged, kind: .file, mode: entry.mode, mtime: entry.mtime)
    let data = TarHeader(
      name: [UInt8]("\(lists)/data.\(order.number)"), kind: .file, mode: 0o600,
      size: patch.dataSize, mtime: 0)
    try append(empty.blocks)
    try append(data.blocks)
    var missing: Int64 = 0
    for run in patch.runs {
      let range = patch.bytes(of: run)
      lseek(descriptor, off_t(range.lowerBound), SEEK_SET)
      missing += try copy(Int64(range.count), from: descriptor)
    }
    try zeros(TarHeader.padding(after: patch.dataSize))
    progress(entry.size - patch.dataSize)
    guard missing == 0, file.change == .none else {
      again.append(item)
      return true
    }
    let name = [UInt8]("\(lists)/mend.\(order.number)")
    try add(PackList.Text(name: name, content: .bytes(patch.instructions(mode: entry.mode))))
    record(item, entry, patch: (order.number, patch.sums))
    return true
  }

  private func addFile(_ item: PackList.Item, _ file: SourceFile, isLastTry: Bool) throws {
    let entry = file.entry
    let holes = list.keepsHoles ? HoleMap.of(file) : nil
    let map = holes?.header ?? []
    let stored = holes.map { $0.stored + Int64(map.count) } ?? entry.size
    let header = TarHeader(
      name: item.staged, kind: .file, mode: entry.mode, size: stored, mtime: entry.mtime,
      holes: holes)
    try append(header.blocks)
    try append(map)
    summer =
      item.sums && holes == nil && entry.size >= BlockSums.smallestFile
      ? BlockSummer(size: entry.size) : nil
    let missing = try copy(holes, of: file)
    try zeros(TarHeader.padding(after: stored))
    let change = file.change
    // What only grows, such as a log, never holds still: what was announced of it was read whole.
    if missing == 0, change == .none || (isLastTry && change == .grown) {
      if let identity = entry.identity, identity.links > 1 {
        links[LinkKey(target: item.target, place: identity.place)] = item.staged
      }
      record(item, entry)
    } else if isLastTry {
      fail(item, "changes while it is read; the next sync sends it")
      dropped.append(item.staged)
    } else {
      again.append(item)
    }
  }

  private func fail(_ item: PackList.Item, _ reason: String) {
    // A first try that broke off may have left a part in the stream.
    if again.contains(item) { dropped.append(item.staged) }
    result.broken.append(
      (item.target, Problem(path: item.entry.path, reason: reason)))
  }

  private func record(
    _ item: PackList.Item, _ entry: FileEntry, patch: (number: Int, sums: BlockSums)? = nil
  ) {
    var sent = entry
    sent.path = item.entry.path
    let read = summer?.finish()
    summer = nil
    let sums = patch?.sums ?? (read?.size == entry.size ? read : nil)
    result.filesSent += 1
    if sums != nil || patch != nil || sent != item.entry {
      result.notable.append(
        PackResult.Sent(target: item.target, entry: sent, sums: sums, patch: patch?.number))
    }
    let letter = entry.kind == .link ? "l" : "f"
    let mode = String(entry.mode, radix: 8)
    let size =
      entry.kind == .link ? Int64(entry.linkTarget.count) : patch == nil ? entry.size : 0
    let time = FindTime.text(entry.mtime)
    listing[item.target].append(
      [UInt8]("\(letter) \(mode) \(size) \(time) ") + inTarget(item.staged)
        + [UInt8(ascii: "\n")] + entry.linkTarget)
  }

  /// `K/G/name` as `./G/name`.
  private func inTarget(_ staged: [UInt8]) -> [UInt8] {
    [UInt8(ascii: ".")] + staged[(staged.firstIndex(of: .slash) ?? 0)...]
  }

  // MARK: bytes

  /// Copies the content, of a file with holes what lies between them; returns how much is missing.
  private func copy(_ holes: HoleMap?, of file: SourceFile) throws -> Int64 {
    guard let holes else { return try copy(file.entry.size, from: file.descriptor) }
    var missing: Int64 = 0
    for segment in holes.segments {
      lseek(file.descriptor, off_t(segment.offset), SEEK_SET)
      missing += try copy(segment.count, from: file.descriptor)
    }
    progress(holes.size - holes.stored)
    return missing
  }

  /// Copies `size` bytes of content, zeros for what is missing; returns how many are.
  private func copy(_ size: Int64, from descriptor: CInt) throws -> Int64 {
    var rest = size
    while rest > 0 {
      if used == buffer.count { try flush() }
      let room = min(Int64(buffer.count - used), rest)
      let space = UnsafeMutableRawBufferPointer(rebasing: buffer[used..<(used + Int(room))])
      let count = read(descriptor, space.baseAddress, space.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      summer?.update(UnsafeRawBufferPointer(rebasing: space[..<count]))
      used += count
      rest -= Int64(count)
      result.contentBytes += Int64(count)
      progress(Int64(count))
    }
    var missing = rest
    while missing > 0 {
      try zeros(Int(min(missing, 1 << 20)))
      missing -= min(missing, 1 << 20)
    }
    return rest
  }

  private func append(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        if used == buffer.count { try flush() }
        let piece = rest.prefix(buffer.count - used)
        UnsafeMutableRawBufferPointer(rebasing: buffer[used...]).copyBytes(from: piece)
        used += piece.count
        rest = rest.dropFirst(piece.count)
      }
    }
  }

  private func zeros(_ count: Int) throws {
    var rest = count
    while rest > 0 {
      if used == buffer.count { try flush() }
      let piece = min(rest, buffer.count - used)
      UnsafeMutableRawBufferPointer(rebasing: buffer[used..<(used + piece)])
        .initializeMemory(as: UInt8.self, repeating: 0)
      used += piece
      rest -= piece
    }
  }

  private func flush() throws {
    guard used > 0 else { return }
    try sink.write(UnsafeRawBufferPointer(rebasing: buffer[..<used]))
    used = 0
  }
}

/// A time as GNU find's `%T@` prints it: seconds rounded down, a fraction of ten digits.
enum FindTime {
  static func text(_ nanoseconds: Int64) -> String {
    var fraction = nanoseconds % 1_000_000_000
    if fraction < 0 { fraction += 1_000_000_000 }
    let digits = String(fraction)
    let zeros = String(repeating: "0", count: 9 - digits.count)
    return "\((nanoseconds - fraction) / 1_000_000_000).\(zeros)\(digits)0"
  }
}
