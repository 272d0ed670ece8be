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
  #if canImport(Glibc)
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
  #else
    var actions: posix_spawn_file_actions_t?
    var attributes: posix_spawnattr_t?
  #endif
  posix_spawn_file_actions_init(&actions)
  posix_spawnattr_init(&attributes)
  defer {
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
  }
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_addopen(&actions, 1, log.string, O_WRONLY | O_CREAT | O_APPEND, 0o600)
  posix_spawn_file_actions_adddup2(&actions, 1, 2)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
  var process: pid_t = 0
  var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
  var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
  defer { for text in words + variables { free(text) } }
  let status = posix_spawn(&process, program, &actions, &attributes, &words, &variables)
  guard status == 0 else { throw Errno(rawValue: status) }
  return process
}

/// The processes of this machine that have `variable` ("NAME=value") in their environment.
public func processes(marked variable: String) -> [pid_t] {
  guard let folder = opendir("/proc") else { return [] }
  defer { closedir(folder) }
  var found: [pid_t] = []
  while let entry = readdir(folder) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    guard let process = pid_t(name), process != getpid() else { continue }
    let bytes = (try? readFile(FilePath("/proc/\(name)/environ"))) ?? []
    let variables = bytes.split(separator: 0)
    if variables.contains(where: { $0.elementsEqual(variable.utf8) }) { found.append(process) }
  }
  return found
}

/// The name of the user who runs the tests.
public func currentUserName() -> String {
  guard let entry = getpwuid(geteuid()) else { return "root" }
  return String(cString: entry.pointee.pw_name)
}
