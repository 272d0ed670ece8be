import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension FolderReader {
  /// The level inside the current folder: its own ignore file, if it has one, before those around it.
  mutating func readRules(_ folder: Int32, of task: FolderTask) -> IgnoreLevel? {
    let rules = run.rules
    guard !rules.fileName.isEmpty, rules.foldsCase || holds(rules.fileName) else {
      return task.level
    }
    do throws(Errno) {
      let content = try readRegularFile(
        rules.fileName, in: folder, followsLinks: rules.followsLinks)
      return rules.enter(task.path, content: content, below: task.level)
    } catch .noSuchFileOrDirectory, .tooManySymbolicLinkLevels {
      // git reads no ignore file through a link.
      return task.level
    } catch {
      note(
        join(task.path, rules.fileName[...]), "cannot read the ignore rules: \(describe(error))")
      return task.level
    }
  }

  private func holds(_ wanted: [UInt8]) -> Bool {
    found.contains { name in
      name.length == wanted.count
        && names[name.start..<(name.start + name.length)]
          .elementsEqual(wanted) { UInt8(bitPattern: $0) == $1 }
    }
  }

  /// Whether the rules leave out this name of the current folder. Expects the folder in `path`.
  mutating func leavesOut(
    _ name: Name, isFolder: Bool, in level: IgnoreLevel?, of task: FolderTask, at folder: Int32
  ) -> Bool {
    let start = path.count
    names.withUnsafeBytes { path += $0[name.start..<(name.start + name.length)] }
    defer { path.removeSubrange(start...) }
    let match = path.withUnsafeBufferPointer {
      run.rules.match($0, nameStart: start, isFolder: isFolder, in: level)
    }
    guard let match, match.ignores else { return false }
    report(match.rule, isFolder: isFolder, of: task)
    return true
  }

  private mutating func report(_ rule: Rule, isFolder: Bool, of task: FolderTask) {
    guard run.listsIgnored || run.tracked != nil else { return }
    let below = Array(path[run.rules.prefix.count...])
    if run.listsIgnored {
      output.ignored.append(.init(path: below, isFolder: isFolder, rule: rule))
    }
    guard let tracked = run.tracked else { return }
    if below.split(separator: slash).dropLast().contains(where: { $0.elementsEqual(".git".utf8) }) {
      output.trackedIgnored.append(.init(path: below, isFolder: isFolder, rule: rule))
    }
    for path in tracked.paths(at: below, isFolder: isFolder, root: run.root) {
      output.trackedIgnored.append(
        .init(path: path, isFolder: false, rule: rule, cause: below, causeIsFolder: isFolder))
    }
  }
}

/// All of a file; empty for what is none (a folder, a FIFO), as git reads such ignore files.
func readRegularFile(
  _ name: [UInt8], in folder: Int32, followsLinks: Bool
) throws(Errno) -> [UInt8] {
  let path = name.map { CChar(bitPattern: $0) } + [0]
  let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW)
  let descriptor = try retrying { openat(folder, path, flags) }
  defer { close(descriptor) }
  var status = stat()
  _ = try retrying { fstat(descriptor, &status) }
  guard status.st_mode & S_IFMT == S_IFREG else { return [] }
  var content: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: max(1, min(Int(status.st_size) + 1, 1 << 20)))
  while true {
    let count = try retrying { read(descriptor, &buffer, buffer.count) }
    if count == 0 { return content }
    content += buffer[..<count]
  }
}

extension FolderReader {
  /// The entry of one path, named by its last part.
  static func entry(_ path: FilePath) throws(Errno) -> FileEntry {
    let bytes = path.rawBytes
    let name = bytes.map { CChar(bitPattern: $0) } + [0]
    let status = try name.withUnsafeBufferPointer { name throws(Errno) in
      try statusOf(name, in: AT_FDCWD)
    }
    guard let kind = FileEntry.Kind(status) else { throw .notSupported }
    var listing = FolderListing(path: [])
    var record = FolderListing.Record(status, kind: kind)
    listing.bytes = Array(bytes.split(separator: slash).last ?? [])
    record.nameLength = UInt16(listing.bytes.count)
    if kind == .link {
      listing.bytes += try name.withUnsafeBufferPointer { name throws(Errno) in
        try readLink(name, in: AT_FDCWD, status)
      }
      record.size = Int64(listing.bytes.count) - Int64(record.nameLength)
    }
    listing.device = UInt64(truncatingIfNeeded: status.st_dev)
    listing.records = [record]
    return listing.entry(0)
  }
}
