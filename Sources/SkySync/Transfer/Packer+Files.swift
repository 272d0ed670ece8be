#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Files and links in the stream.
extension Packer {
  func add(_ item: PackList.Item, isLastTry: Bool) throws {
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
    try buffer.append(header.blocks)
    record(item, entry)
  }

  private func addHardLink(_ item: PackList.Item, _ file: SourceFile) throws -> Bool {
    guard let identity = file.entry.identity, identity.links > 1 else { return false }
    let key = LinkKey(target: item.target, place: identity.place)
    guard let first = links[key] else { return false }
    let header = TarHeader(
      name: item.staged, kind: .hardLink, mode: file.entry.mode, mtime: file.entry.mtime,
      linkTarget: first)
    try buffer.append(header.blocks)
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
    try buffer.append(empty.blocks)
    try buffer.append(data.blocks)
    var missing: Int64 = 0
    for run in patch.runs {
      let range = patch.bytes(of: run)
      lseek(descriptor, off_t(range.lowerBound), SEEK_SET)
      missing += try copy(Int64(range.count), from: descriptor)
    }
    try buffer.zeros(Int64(TarHeader.padding(after: patch.dataSize)))
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
    try buffer.append(header.blocks)
    try buffer.append(map)
    summer =
      item.sums && holes == nil && entry.size >= BlockSums.smallestFile
      ? BlockSummer(size: entry.size) : nil
    let missing = try copy(holes, of: file)
    try buffer.zeros(Int64(TarHeader.padding(after: stored)))
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
  func inTarget(_ staged: [UInt8]) -> [UInt8] {
    [UInt8(ascii: ".")] + staged[(staged.firstIndex(of: .slash) ?? 0)...]
  }

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
      let count = Int64(try buffer.read(rest, from: descriptor) { summer?.update($0) })
      if count == 0 { break }
      rest -= count
      result.contentBytes += count
      progress(count)
    }
    try buffer.zeros(rest)
    return rest
  }
}
