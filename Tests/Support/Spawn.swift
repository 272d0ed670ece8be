import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Starts a program that outlives this call, in a process group of its own, its output in `log`.
/// The caller ends it by its process id and waits for it.
public func spawn(
  _ program: String, _ arguments: [String], environment: [String], log: FilePath
) throws -> pid_t {
  try spawn([program] + arguments, environment: environment) { actions in
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log.string, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
  }
}

/// The same with these descriptors as its standard input, output and error.
public func spawn(
  _ words: [String], environment: [String], streams: [FileDescriptor]
) throws -> pid_t {
  try spawn(words, environment: environment) { actions in
    for (number, stream) in streams.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, stream.rawValue, Int32(number))
    }
  }
}

#if canImport(Glibc)
  private typealias FileActions = posix_spawn_file_actions_t
  private typealias Attributes = posix_spawnattr_t
#else
  private typealias FileActions = posix_spawn_file_actions_t?
  private typealias Attributes = posix_spawnattr_t?
#endif

private func spawn(
  _ words: [String], environment: [String], _ arrange: (inout FileActions) -> Void
) throws -> pid_t {
  #if canImport(Glibc)
    var (actions, attributes) = (FileActions(), Attributes())
  #else
    var (actions, attributes): (FileActions, Attributes) = (nil, nil)
  #endif
  posix_spawn_file_actions_init(&actions)
  posix_spawnattr_init(&attributes)
  defer {
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
  }
  arrange(&actions)
  // The threads of this process block some signals and ignore others; a child would go on doing so.
  var (none, broken) = (sigset_t(), sigset_t())
  sigemptyset(&none)
  posix_spawnattr_setsigmask(&attributes, &none)
  sigemptyset(&broken)
  sigaddset(&broken, SIGPIPE)
  posix_spawnattr_setsigdefault(&attributes, &broken)
  let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
  posix_spawnattr_setflags(&attributes, Int16(flags))
  var process: pid_t = 0
  var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
  var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
  defer { for text in arguments + variables { free(text) } }
  let status = posix_spawn(&process, words[0], &actions, &attributes, &arguments, &variables)
  guard status == 0 else { throw Errno(rawValue: status) }
  return process
}

/// The processes that descend from `ancestor`, and those that have `variable` ("NAME=value") in the
/// environment with which they were started, whoever their parent is now.
public func processes(under ancestor: pid_t, orMarked variable: String) -> [pid_t] {
  var parents: [pid_t: pid_t] = [:]
  var marked: [pid_t] = []
  for process in allProcesses() where process != getpid() {
    let folder = FilePath("/proc/\(process)")
    let status = String(decoding: (try? readFile(folder.appending("stat"))) ?? [], as: UTF8.self)
    // The name, in parentheses, may hold anything; state and parent follow it.
    let fields = status.split(separator: ")").last?.split(separator: " ") ?? []
    parents[process] = fields.dropFirst().first.flatMap { pid_t($0) }
    let environment = (try? readFile(folder.appending("environ"))) ?? []
    if environment.split(separator: 0).contains(where: { $0.elementsEqual(variable.utf8) }) {
      marked.append(process)
    }
  }
  let descendants = parents.keys.filter { process in
    var next = parents[process]
    while let parent = next, parent != ancestor { next = parents[parent] }
    return next == ancestor
  }
  return Array(Set(descendants + marked))
}

private func allProcesses() -> [pid_t] {
  guard let folder = opendir("/proc") else { return [] }
  defer { closedir(folder) }
  var found: [pid_t] = []
  while let entry = readdir(folder) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if let process = pid_t(name) { found.append(process) }
  }
  return found
}

/// The name of the user who runs the tests.
public func currentUserName() -> String {
  guard let entry = getpwuid(geteuid()) else { return "root" }
  return String(cString: entry.pointee.pw_name)
}

/// Kills a process that this one started and waits for its end.
public func end(_ process: pid_t) {
  kill(process, SIGKILL)
  waitpid(process, nil, 0)
}

/// A process that this one started, which may be ended from several sides: once it is waited for, its number
/// may be a stranger's, and no signal goes there any more.
final class Living: Sendable {
  let process: pid_t
  private let isOver = Mutex(false)

  init(_ process: pid_t) { self.process = process }

  /// Does `body` unless the process has been waited for.
  func whileNumbered(_ body: () -> Void) { isOver.withLock { if !$0 { body() } } }

  func end() {
    isOver.withLock { isOver in
      if !isOver { Support.end(process) }
      isOver = true
    }
  }

  func killGroup() { whileNumbered { kill(-process, SIGKILL) } }

  /// Blocks until it has ended; gives what waitpid(2) says of that.
  func wait() -> CInt {
    var ending = siginfo_t()
    while waitid(P_PID, id_t(process), &ending, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    return isOver.withLock { isOver in
      var status: CInt = 0
      if !isOver { waitpid(process, &status, 0) }
      isOver = true
      return status
    }
  }
}
