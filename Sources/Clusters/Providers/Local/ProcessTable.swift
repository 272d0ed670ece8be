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
  struct Entry: Equatable {
    var pid: pid_t
    var parent: pid_t
    /// Clock ticks from boot: together with the pid it names one process.
    var started: UInt64
    var root: FileIdentity?
    /// Empty for zombies.
    var arguments: [String]
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

  var entries: [Entry]

  /// Those that this user may end.
  static func now() -> ProcessTable {
    let user = geteuid()
    let pids = FolderListing.names(in: "/proc").compactMap { pid_t($0) }
    return ProcessTable(entries: pids.compactMap { look($0, user: user) })
  }

  /// The processes inside the node: its `/` is their `/`.
  func inside(_ folder: NodeFolder) -> [Entry] {
    guard let root = FileIdentity(folder.root.string) else { return [] }
    return entries.filter { $0.root == root && !$0.arguments.isEmpty }
  }

  /// All processes of the node: those inside, the monitor, and what is just being started.
  func all(of folder: NodeFolder) -> [Entry] {
    let monitors = entries.filter { Self.binds(folder.root.string, $0.arguments) }
    let pids = Set(monitors.map(\.pid))
    // The first process inside is a monitor's child, also when the folder itself is gone.
    let children = entries.filter { pids.contains($0.parent) && !$0.arguments.isEmpty }
    var seen: Set<pid_t> = []
    return (monitors + children + inside(folder)).filter { seen.insert($0.pid).inserted }
  }

  private static func binds(_ root: String, _ arguments: [String]) -> Bool {
    zip(arguments, zip(arguments.dropFirst(), arguments.dropFirst(2))).contains {
      $0 == "--bind" && $1.0 == root && $1.1 == "/"
    }
  }
}

extension ProcessTable.Entry {
  /// Sends a signal, unless the pid has become another process's.
  func send(_ signal: Int32) {
    guard ProcessTable.times(of: pid)?.started == started else { return }
    kill(pid, signal)
  }
}

extension ProcessTable {
  private static func look(_ pid: pid_t, user: UInt32) -> Entry? {
    var status = stat()
    guard stat("/proc/\(pid)", &status) == 0 else { return nil }
    // The kernel shows a process that may not be dumped as root's, whoever runs it.
    guard user == 0 || status.st_uid == user || status.st_uid == 0 else { return nil }
    guard let times = times(of: pid) else { return nil }
    let line = LocalFiles.read(FilePath("/proc/\(pid)/cmdline")) ?? ""
    let arguments = line.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
    return Entry(
      pid: pid, parent: times.parent, started: times.started,
      root: FileIdentity("/proc/\(pid)/root/"), arguments: line.isEmpty ? [] : arguments)
  }

  /// Fields 4 and 22 of `/proc/PID/stat`; nil when there is no such process.
  fileprivate static func times(of pid: pid_t) -> (parent: pid_t, started: UInt64)? {
    guard let line = LocalFiles.read(FilePath("/proc/\(pid)/stat")) else { return nil }
    // The name, field 2, may hold blanks and brackets: count from its last bracket.
    guard let bracket = line.lastIndex(of: ")") else { return nil }
    let fields = line[line.index(after: bracket)...].split(separator: " ")
    guard fields.count > 19, let parent = pid_t(fields[1]), let started = UInt64(fields[19]) else {
      return nil
    }
    return (parent, started)
  }
}
