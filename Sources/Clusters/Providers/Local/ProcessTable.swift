import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The processes of this machine that belong to local nodes, as proc(5) has them at one look.
///
/// A process is a node's when its `/` is the node's folder (device and inode), which no other process
/// can have by chance: a stale pid file or a pid given anew after a reboot cannot mislead.
/// The monitor outside, which bubblewrap keeps, is known by its command line.
struct ProcessTable {
  /// One process of a node, named so that no later one of its number is taken for it.
  struct Entry: Equatable {
    var pid: pid_t
    var parent: pid_t
    /// Clock ticks from boot.
    var started: UInt64
  }

  struct FileIdentity: Hashable {
    var device: UInt64
    var inode: UInt64

    /// Of what a path leads to; nil when it leads nowhere.
    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
    }
  }

  /// A living process, as far as a first look goes: there are many, and few are of a node.
  private struct Look {
    var pid: pid_t
    var root: FileIdentity?
    /// The arguments, each ended by NUL.
    var command: [UInt8]
  }

  private var looks: [Look]

  /// Those that this user may end.
  static func now() -> ProcessTable {
    let user = geteuid()
    let pids = FolderListing.names(in: "/proc").compactMap { pid_t($0) }
    return ProcessTable(looks: pids.compactMap { look($0, user: user) })
  }

  /// The processes inside the node: its `/` is their `/`.
  func inside(_ folder: NodeFolder) -> [Entry] {
    guard let root = FileIdentity(folder.root.string) else { return [] }
    return looks.filter { $0.root == root }.compactMap { Self.entry($0.pid) }
  }

  /// All processes of the node: those inside, the monitor, and what is just being started.
  func all(of folder: NodeFolder) -> [Entry] {
    let binding = Array("\0--bind\0\(folder.root)\0/\0".utf8)
    let own = FileIdentity(folder.root.string)
    let monitors = looks.filter { look in
      // The same path may be another folder to a process that sees other mounts.
      Self.holds(look.command, binding)
        && (look.root == nil || FileIdentity("/proc/\(look.pid)/root\(folder.root)") == own)
    }.compactMap { Self.entry($0.pid) }
    let inside = inside(folder)
    // Without its folder a node is known by its monitor alone: its first process is the monitor's child.
    let children = inside.isEmpty ? children(of: monitors) : []
    var seen: Set<pid_t> = []
    return (monitors + inside + children).filter { seen.insert($0.pid).inserted }
  }

  /// The arguments of all processes.
  var commands: [(pid: pid_t, arguments: [String])] {
    looks.map { look in
      (look.pid, look.command.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
    }
  }

  private func children(of monitors: [Entry]) -> [Entry] {
    guard !monitors.isEmpty else { return [] }
    let pids = Set(monitors.map(\.pid))
    return looks.compactMap { Self.entry($0.pid) }.filter { pids.contains($0.parent) }
  }
}

extension ProcessTable.Entry {
  /// Sends a signal, unless the pid has become another process's.
  func send(_ signal: Int32) {
    guard ProcessTable.entry(pid)?.started == started else { return }
    kill(pid, signal)
  }
}

extension ProcessTable {
  private static func look(_ pid: pid_t, user: UInt32) -> Look? {
    var status = stat()
    guard stat("/proc/\(pid)", &status) == 0 else { return nil }
    // The kernel shows a process that may not be dumped as root's, whoever runs it.
    guard user == 0 || status.st_uid == user || status.st_uid == 0 else { return nil }
    // Zombies and the kernel's own threads have none.
    guard let command = LocalFiles.bytes(FilePath("/proc/\(pid)/cmdline")), !command.isEmpty else {
      return nil
    }
    return Look(pid: pid, root: FileIdentity("/proc/\(pid)/root/"), command: command)
  }

  /// Fields 4 and 22 of `/proc/PID/stat`; nil when there is no such process, or it is a zombie.
  fileprivate static func entry(_ pid: pid_t) -> Entry? {
    guard let line = LocalFiles.read(FilePath("/proc/\(pid)/stat")) else { return nil }
    // The name, field 2, may hold blanks and brackets: count from its last bracket.
    guard let bracket = line.lastIndex(of: ")") else { return nil }
    let fields = line[line.index(after: bracket)...].split(separator: " ")
    guard fields.count > 19, fields[0] != "Z", let parent = pid_t(fields[1]),
      let started = UInt64(fields[19])
    else { return nil }
    return Entry(pid: pid, parent: parent, started: started)
  }

  /// Whether `part`, which is not empty, stands in `bytes`. Command lines may be long, and are many.
  private static func holds(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { bytes in
      part.withUnsafeBytes { part in
        guard let start = bytes.baseAddress, let wanted = part.baseAddress else { return false }
        var place = 0
        while bytes.count - place >= part.count,
          let found = memchr(start + place, Int32(part[0]), bytes.count - place - part.count + 1)
        {
          if memcmp(found, wanted, part.count) == 0 { return true }
          place = UnsafeRawPointer(found) - start + 1
        }
        return false
      }
    }
  }
}
