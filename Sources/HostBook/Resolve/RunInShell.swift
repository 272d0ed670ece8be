#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension ResolverEnvironment.ExecPolicy {
  /// Runs `Match exec` as ssh does: `$SHELL -c COMMAND` (else /bin/sh), input and output closed to it,
  /// errors shown, the exit code decides. `variables` are its environment.
  public static func runInShell(variables: [String: String]) -> Self {
    .run { command throws(ResolveError) in
      try ShellRun(variables: variables).succeeds(command)
    }
  }
}

private struct ShellRun {
  let variables: [String: String]

  func succeeds(_ command: String) throws(ResolveError) -> Bool {
    let shell = variables["SHELL"] ?? "/bin/sh"
    guard access(shell, X_OK) == 0 else {
      throw ResolveError(
        .badSettings, "cannot run Match exec: the shell \(shell) is not executable (SHELL)")
    }
    let process = try start(shell, command)
    var status: Int32 = 0
    while waitpid(process, &status, 0) == -1 {
      guard errno == EINTR else { throw failure(command, "cannot be waited for", errno) }
    }
    guard status & 0x7f == 0 else {
      throw ResolveError(.badSettings, "Match exec \"\(command)\" was ended by a signal")
    }
    return (status >> 8) & 0xff == 0
  }

  private func start(_ shell: String, _ command: String) throws(ResolveError) -> pid_t {
    #if canImport(Glibc)
      var actions = posix_spawn_file_actions_t()
    #else
      var actions: posix_spawn_file_actions_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_RDWR, 0)
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(shell), strdup("-c"), strdup(command)]
    defer { for argument in arguments { free(argument) } }
    arguments.append(nil)
    var entries: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") }
    defer { for entry in entries { free(entry) } }
    entries.append(nil)
    var process: pid_t = 0
    let status = posix_spawn(&process, shell, &actions, nil, arguments, entries)
    guard status == 0 else { throw failure(command, "cannot be started", status) }
    return process
  }

  private func failure(_ command: String, _ what: String, _ code: Int32) -> ResolveError {
    ResolveError(
      .badSettings, "Match exec \"\(command)\" \(what): \(String(cString: strerror(code)))")
  }
}
