import SystemPackage

/// The command line that a local node is: bubblewrap around sshd. Pure.
enum SandboxCommand {
  /// Ends when the sandbox and everything in it has ended.
  ///
  /// sshd is the first process of the node's pid namespace: when it ends, the kernel ends all others.
  static func arguments(machine: LocalMachine, folder: NodeFolder) -> [String] {
    [machine.programs.bwrap.string]
      + namespaces(machine)
      + ["--hostname", folder.hostName]
      + files(machine, folder)
      + devices(machine)
      + environment
      + ["--chdir", "/", "--new-session", "--as-pid-1", "--", machine.programs.sshd.string]
      + ["-D", "-e", "-f", "/run/sky/sshd_config"]
  }

  /// An ordinary user needs a user namespace to have the others, and the right to mount in it for FUSE.
  static func namespaces(_ machine: LocalMachine) -> [String] {
    (machine.isRoot ? [] : ["--unshare-user", "--cap-add", "CAP_SYS_ADMIN"])
      + ["--unshare-pid", "--unshare-uts", "--unshare-ipc", "--unshare-cgroup-try"]
  }

  private static func files(_ machine: LocalMachine, _ folder: NodeFolder) -> [String] {
    var result = ["--bind", folder.root.string, "/"]
    for name in ["/usr", "/etc", "/sys"] { result += ["--ro-bind", name, name] }
    for system in machine.systemFolders where system.target == nil {
      result += ["--ro-bind", "/\(system.name)", "/\(system.name)"]
    }
    for name in machine.accountFiles {
      result += ["--ro-bind", folder.etc.appending(name).string, "/etc/\(name)"]
    }
    // Sockets and pids of a former life must not be there after a start.
    result += ["--tmpfs", "/run", "--dir", "/run/sshd"]
    result += ["--ro-bind", folder.run.string, "/run/sky"]
    for file in machine.linkedFiles { result += ["--ro-bind-try", file, file] }
    return result
  }

  /// Root gets a `/dev` of its own: with the machine's, a task could break the machine's disks.
  /// An ordinary user gets the machine's, for only there /dev/fuse may be mounted with, and may do
  /// in it no more than outside.
  private static func devices(_ machine: LocalMachine) -> [String] {
    var result = ["--proc", "/proc"]
    if machine.isRoot {
      result += ["--dev", "/dev"]
      for name in machine.devices { result += ["--dev-bind-try", "/dev/\(name)", "/dev/\(name)"] }
    } else {
      result += ["--dev-bind", "/dev", "/dev"]
    }
    return result + ["--tmpfs", "/dev/shm"]
  }

  private static let environment = [
    "--clearenv", "--setenv", "PATH",
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  ]
}
