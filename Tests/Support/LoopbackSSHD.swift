import HostBook
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A real sshd of one test's own on loopback, with its own keys, configuration and home folder.
///
/// Everything lives in `folder`. Remote commands see `HOME` as `home` (an empty folder, so that no
/// `.bashrc` of the machine speaks), yet start in the real home folder, as sshd decides that.
public struct LoopbackSSHD: Sendable {
  /// What a test may want different.
  public struct Settings: Sendable {
    /// Lines put first into sshd_config: the first value of a keyword wins.
    public var lines: [String]
    /// Types of `ssh-keygen -t`; one host key each.
    public var hostKeyTypes: [String]
    /// The alias in `config`.
    public var name: String
    /// Folders before the usual ones in the PATH of remote commands.
    public var path = ""
    /// A program and its arguments that runs the server, given behind them, in surroundings of its own.
    public var wrapper: [String] = []
    /// Where it listens when not at a loopback address of its own.
    public var place: Place?

    /// An address in a network of its own.
    public struct Place: Sendable {
      public var address: String
      public var port: UInt16
      /// A process in that network.
      public var holder: pid_t
    }

    public init(
      lines: [String] = [], hostKeyTypes: [String] = ["ed25519", "ecdsa"], name: String = "box"
    ) {
      self.lines = lines
      self.hostKeyTypes = hostKeyTypes
      self.name = name
    }
  }

  public let folder: FilePath
  public let address: String
  public let port: UInt16
  private let server: Living
  /// What `ssh -G -F config name` says.
  public let host: ResolvedHost
  public let settings: Settings

  /// A file for `ssh -F`, `rsync -e "ssh -F …"` and the like; it knows one alias, `name`.
  public var config: FilePath { folder.appending("ssh_config") }
  public var name: String { settings.name }
  /// `HOME` of what runs on the far side.
  public var home: FilePath { folder.appending("home") }
  /// The user's ed25519 key, without a passphrase, authorized.
  public var userKey: FilePath { folder.appending("id_ed25519") }
  /// Holds the host keys as `[address]:port` lines.
  public var knownHosts: FilePath { folder.appending("known_hosts") }
  public var log: FilePath { folder.appending("sshd.log") }
  public func hostKey(_ type: String) -> FilePath { folder.appending("host_\(type)") }

  /// `host` reached through another address, such as a proxy's; its host keys stay what they are.
  public func host(through address: String, _ port: UInt16) -> ResolvedHost {
    var moved = host
    moved.set("hostname", address)
    moved.set("port", "\(port)")
    moved.set("hostkeyalias", "[\(self.address)]:\(self.port)")
    return moved
  }

  /// Lets a further public key in.
  public func authorize(_ publicKey: FilePath) throws {
    try appendFile(folder.appending("authorized_keys"), readFile(publicKey))
  }

  /// Ends the server, its sessions and what they left running, each by its process id.
  public func stop() {
    killSessions()
    server.end()
  }

  /// Cuts every connection at once, as a crash of the node would; the server itself lives on.
  public func killSessions() {
    server.whileNumbered {
      let all = processes(under: server.process, orMarked: mark(folder))
      // The sessions first, being the older ones: they shall not tell how their commands ended.
      for other in all.sorted() where other != server.process { kill(other, SIGKILL) }
    }
  }
}

/// Runs `body` with a server that is listening; it is gone afterwards.
public func withLoopbackSSHD<Result>(
  _ settings: LoopbackSSHD.Settings = .init(), _ body: (LoopbackSSHD) async throws -> Result
) async throws -> Result {
  try await withScratchFolder { folder in
    let server = try await LoopbackSSHD.start(in: folder, settings)
    defer { server.stop() }
    return try await body(server)
  }
}

extension LoopbackSSHD {
  /// Starts a server whose files are in `folder`; the caller stops it.
  public static func start(
    in folder: FilePath, _ settings: Settings = .init()
  ) async throws -> LoopbackSSHD {
    let (address, port) =
      try settings.place.map { ($0.address, $0.port) } ?? freeLoopbackAddress()
    try await makeKeys(folder, settings, address, port)
    try await writeConfigs(folder, settings, address, port)
    let process = try await launch(folder, settings)
    let answer = try await run(
      "ssh", ["-G", "-F", folder.appending("ssh_config").string, settings.name])
    return LoopbackSSHD(
      folder: folder, address: address, port: port, server: Living(process),
      host: parseResolvedHost(settings.name, answer.text), settings: settings)
  }

  private static func makeKeys(
    _ folder: FilePath, _ settings: Settings, _ address: String, _ port: UInt16
  ) async throws {
    var known: [UInt8] = []
    for type in settings.hostKeyTypes {
      let key = folder.appending("host_\(type)")
      try await generateKey(key, type: type)
      let name = port == 22 ? address : "[\(address)]:\(port)"
      known += Array("\(name) ".utf8) + (try readFile(pub(key)))
    }
    try writeFile(folder.appending("known_hosts"), known)
    try await generateKey(folder.appending("id_ed25519"), type: "ed25519")
    try writeFile(
      folder.appending("authorized_keys"), readFile(folder.appending("id_ed25519.pub")))
    mkdir(folder.appending("home").string, 0o755)
  }

  private static func writeConfigs(
    _ folder: FilePath, _ settings: Settings, _ address: String, _ port: UInt16
  ) async throws {
    let user = currentUserName()
    let server =
      settings.lines + [
        "ListenAddress \(address)", "Port \(port)", "PidFile none", "UsePAM no",
        "StrictModes no", "PasswordAuthentication no", "KbdInteractiveAuthentication no",
        "PermitRootLogin yes", "AuthorizedKeysFile \(folder)/authorized_keys", "UseDNS no",
        "PrintMotd no", "LogLevel VERBOSE", "MaxStartups 200:30:400",
        "Subsystem sftp internal-sftp",
        "SetEnv HOME=\(folder)/home \(mark(folder))"
          + (settings.path.isEmpty ? "" : " PATH=\(settings.path):/usr/local/bin:/usr/bin:/bin"),
        "AcceptEnv LANG LC_*",
      ] + settings.hostKeyTypes.map { "HostKey \(folder)/host_\($0)" }
    try writeFile(folder.appending("sshd_config"), lines(server))
    try writeFile(
      folder.appending("ssh_config"),
      lines([
        "Host \(settings.name)", "  HostName \(address)", "  Port \(port)", "  User \(user)",
        "  IdentityFile \(folder)/id_ed25519", "  IdentitiesOnly yes", "  IdentityAgent none",
        "  UserKnownHostsFile \(folder)/known_hosts", "  GlobalKnownHostsFile /dev/null",
        "  StrictHostKeyChecking yes", "  BatchMode yes", "  LogLevel ERROR",
      ]))
  }

  /// Newer servers punish an address for failed logins, which tests provoke; older ones know no such
  /// setting.
  private static func launch(
    _ folder: FilePath, _ settings: Settings
  ) async throws -> pid_t {
    if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
    let program = "/usr/sbin/sshd"
    let config = folder.appending("sshd_config").string
    let lenient = ["-o", "PerSourcePenalties=no"]
    let accepted = try await run(program, ["-t", "-f", config] + lenient).status == 0
    let log = folder.appending("sshd.log")
    let server =
      settings.wrapper + [program, "-D", "-e", "-f", config] + (accepted ? lenient : [])
    let words =
      settings.place.map { ["/usr/bin/nsenter", "--net=/proc/\($0.holder)/ns/net", "--"] + server }
      ?? server
    let process = try spawn(
      words[0], Array(words.dropFirst()),
      environment: [mark(folder), "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"], log: log)
    for _ in 0..<1500 {
      let text = String(decoding: (try? readFile(log)) ?? [], as: UTF8.self)
      if text.contains("Server listening on") { return process }
      if waitpid(process, nil, WNOHANG) == process { throw LoopbackSSHDFailure(log: text) }
      try await Task.sleep(for: .milliseconds(20))
    }
    kill(process, SIGKILL)
    waitpid(process, nil, 0)
    throw LoopbackSSHDFailure(log: "no word within 30 seconds")
  }
}

/// The server did not start; `log` is what it said.
public struct LoopbackSSHDFailure: Error {
  public let log: String
}

/// In the environment of the server and of all that it starts, so that they can be found again.
private func mark(_ folder: FilePath) -> String { "SKY_TEST_SSHD=\(folder)" }

private func lines(_ lines: [String]) -> [UInt8] {
  Array((lines.joined(separator: "\n") + "\n").utf8)
}
