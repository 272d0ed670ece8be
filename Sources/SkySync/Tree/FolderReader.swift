import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reads folders, one after the other, on one thread.
struct FolderReader {
  var output = ScanOutput()
  let run: ScanRun
  /// The names of the current folder, each ended by a NUL.
  var names: [CChar] = []
  var found: [Name] = []
  /// The current folder's file system.
  private var device: UInt64 = 0
  /// Of the current folder, in the room of those before.
  private var listing = FolderListing(path: [])
  /// The rules' prefix, the folder's path and a name: what the rules are asked about.
  var path: [UInt8] = []

  init(_ run: ScanRun) { self.run = run }

  mutating func read(_ task: FolderTask) {
    do throws(Errno) {
      let descriptor = try open(task)
      guard let stream = fdopendir(descriptor) else {
        let error = Errno(rawValue: errno)
        close(descriptor)
        throw error
      }
      defer { closedir(stream) }
      readNames(stream, of: task)
      device = deviceOf(dirfd(stream))
      readEntries(dirfd(stream), of: task)
    } catch {
      note(task.path, "cannot open the folder: \(describe(error))")
    }
  }

  private func open(_ task: FolderTask) throws(Errno) -> Int32 {
    guard let parent = task.parent else { return try openFolder(path: task.path, below: run.root) }
    let start = task.path.lastIndex(of: slash).map { $0 + 1 } ?? 0
    let name = task.path[start...].map { CChar(bitPattern: $0) } + [0]
    return try openFolder(name, in: parent.descriptor)
  }

  /// Fills `names` and `found`.
  private mutating func readNames(_ stream: OpaquePointer, of task: FolderTask) {
    names.removeAll(keepingCapacity: true)
    found.removeAll(keepingCapacity: true)
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 {
          note(task.path, "cannot read all of the folder: \(describe(Errno(rawValue: errno)))")
        }
        return
      }
      let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
      let name = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
      let length = strlen(name)
      if name[0] == 46 && (length == 1 || (length == 2 && name[1] == 46)) { continue }
      found.append(
        Name(start: names.count, length: length, type: Int32(entry.pointee.d_type)))
      names += UnsafeBufferPointer(start: name, count: length + 1)
    }
  }

  private mutating func readEntries(_ folder: Int32, of task: FolderTask) {
    let level = readRules(folder, of: task)
    let asks = level != nil || !run.rules.isEmpty
    if asks { path = run.rules.prefix + (task.path.isEmpty ? [] : task.path + [slash]) }
    var listing = self.listing
    self.listing = FolderListing(path: [])
    defer { self.listing = listing }
    listing.begin(task.path)
    var folders: [Int] = []
    for name in found {
      var known: stat?
      if asks {
        if name.type == Int32(DT_UNKNOWN) { known = try? status(name, in: folder) }
        let isFolder = known.map(Self.isFolder) ?? (name.type == Int32(DT_DIR))
        if leavesOut(name, isFolder: isFolder, in: level, of: task, at: folder) { continue }
      }
      do throws(Errno) {
        let status = if let known { known } else { try status(name, in: folder) }
        if isMountedBucket(status) {
          skip(join(task.path, bytes(name)[...]), "a mounted bucket")
          continue
        }
        guard try add(status, name, to: &listing, from: folder) else { continue }
        if Self.isFolder(status) { folders.append(listing.records.count - 1) }
      } catch .noSuchFileOrDirectory {
        continue
      } catch {
        note(join(task.path, bytes(name)[...]), "cannot read it: \(describe(error))")
      }
    }
    enter(folders, of: &listing, at: folder, level: level)
    output.listings.append((task.number, listing.packed()))
  }

  /// Makes tasks of the folders at these places of `listing`.
  private func enter(
    _ folders: [Int], of listing: inout FolderListing, at folder: Int32, level: IgnoreLevel?
  ) {
    guard !folders.isEmpty else { return }
    let handle = (try? retrying { fcntl(folder, F_DUPFD_CLOEXEC, 0) })
      .flatMap { FolderHandle($0, budget: run.budget) }
    let first = run.queue.reserve(folders.count)
    var tasks: [FolderTask] = []
    for (offset, index) in folders.enumerated() {
      let number = first + Int32(offset)
      listing.children.append((index, number))
      tasks.append(
        FolderTask(
          number: number, path: listing.path(index), parent: handle, level: level))
    }
    run.queue.add(tasks)
  }
}

// MARK: - One entry

extension FolderReader {
  /// A name of the current folder: its place in `names` and what readdir(3) says it is.
  struct Name {
    var start: Int
    var length: Int
    var type: Int32
  }

  static func isFolder(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFDIR }

  private func bytes(_ name: Name) -> [UInt8] {
    names[name.start..<(name.start + name.length)].map { UInt8(bitPattern: $0) }
  }

  private func status(_ name: Name, in folder: Int32) throws(Errno) -> stat {
    try names.withUnsafeBufferPointer { names throws(Errno) in
      try statusOf(UnsafeBufferPointer(rebasing: names[name.start...]), in: folder)
    }
  }

  /// Adds a record; false, with a problem noted, for what is no file, folder or link.
  private mutating func add(
    _ status: stat, _ name: Name, to listing: inout FolderListing, from folder: Int32
  ) throws(Errno) -> Bool {
    guard let kind = FileEntry.Kind(status) else {
      skip(join(listing.path, bytes(name)[...]), Self.kindName(status))
      return false
    }
    var record = FolderListing.Record(status, kind: kind)
    record.start = UInt32(listing.bytes.count)
    record.nameLength = UInt16(name.length)
    listing.bytes += bytes(name)
    if kind == .link {
      let target = try names.withUnsafeBufferPointer { names throws(Errno) in
        try readLink(UnsafeBufferPointer(rebasing: names[name.start...]), in: folder, status)
      }
      record.size = Int64(target.count)
      listing.bytes += target
    }
    let device = UInt64(truncatingIfNeeded: status.st_dev)
    if listing.records.isEmpty { listing.device = device }
    if device != listing.device { listing.otherDevices[listing.records.count] = device }
    listing.records.append(record)
    return true
  }

  private static func kindName(_ status: stat) -> String {
    switch status.st_mode & S_IFMT {
    case S_IFSOCK: "a socket"
    case S_IFIFO: "a FIFO"
    case S_IFCHR: "a character device"
    case S_IFBLK: "a block device"
    default: "neither a file, a folder nor a link"
    }
  }

  /// Costs a look at the system's table where another file system begins, and nothing elsewhere.
  private func isMountedBucket(_ status: stat) -> Bool {
    let own = UInt64(truncatingIfNeeded: status.st_dev)
    return own != device && Self.isFolder(status) && MountedBuckets.contains(device: own)
  }

  private func deviceOf(_ folder: Int32) -> UInt64 {
    var status = stat()
    return fstat(folder, &status) == 0 ? UInt64(truncatingIfNeeded: status.st_dev) : 0
  }

  private mutating func skip(_ path: [UInt8], _ what: String) {
    output.problems.append(Problem(path: path, reason: "skipped: \(what)", isNotice: true))
  }

  mutating func note(_ path: [UInt8], _ reason: String) {
    output.problems.append(Problem(path: path, reason: reason))
  }
}
