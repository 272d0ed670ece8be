import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A real Slurm of one test's own: munged, slurmctld, slurmd for `c1` … `c4`, one CPU each, and an sshd for the
/// login node and for each of them, all on loopback. Needs root, as slurmd starts jobs as other users.
public struct SlurmCluster: Sendable {
  public let folder: FilePath
  public let login: LoopbackSSHD
  /// `c1` … by their order.
  public let nodes: [LoopbackSSHD]
  public let controller: pid_t
  /// The slurmd of each node.
  public let daemons: [pid_t]
  let munge: pid_t

  /// `HOME` on the login node and, unless each has its own, on the nodes.
  public var home: FilePath { folder.appending("home") }
  /// What stands at the place of `home` on a node, where each has its own.
  public func home(of node: String) -> FilePath { folder.appending("home-\(node)") }

  /// Why it cannot be started here, nil when it can.
  public static var missing: String? {
    if geteuid() != 0 { return "slurmd has to run as root" }
    let programs = ["munged", "slurmctld", "slurmd"].filter {
      access("/usr/sbin/\($0)", X_OK) != 0
    }
    return programs.isEmpty ? nil : "not installed: \(programs.joined(separator: ", "))"
  }

  /// ssh_config blocks: the login node as `name`, and the ports of the nodes behind it.
  public func config(_ name: String) -> String {
    let known = folder.appending("login").appending("known_hosts")
    let ports = nodes.enumerated().map { "Host c\($0 + 1)\n  Port \($1.port)\n" }.joined()
    return """
      Host \(name)
        HostName \(login.address)
        Port \(login.port)
        User \(currentUserName())
        IdentityFile \(login.userKey)
        IdentitiesOnly yes
        UserKnownHostsFile \(known)
        StrictHostKeyChecking yes
      \(ports)
      """
  }

  /// Runs a program of Slurm.
  public func run(_ program: String, _ arguments: String...) async throws -> ProgramResult {
    try await Support.run(
      program, arguments,
      environment: ["SLURM_CONF": folder.appending("slurm.conf").string, "HOME": home.string])
  }
}

/// Gives `body` a Slurm whose nodes are idle; nothing of it is left afterwards.
///
/// Two at once at most: each has nine daemons.
///
/// - Parameter ownHomes: each node has a home of its own, at the same path as the others'.
public func withSlurm<Result>(
  ownHomes: Bool = false, _ body: (SlurmCluster) async throws -> Result
) async throws -> Result {
  await Gate.slurm.enter()
  defer { Gate.slurm.leave() }
  return try await withScratchFolder { folder in
    let cluster = try await SlurmCluster.start(in: folder, ownHomes: ownHomes)
    do {
      let result = try await body(cluster)
      cluster.stop()
      return result
    } catch {
      cluster.stop()
      throw error
    }
  }
}

extension SlurmCluster {
  static let names = ["c1", "c2", "c3", "c4"]

  static func start(in folder: FilePath, ownHomes: Bool) async throws -> SlurmCluster {
    for name in ["home", "home/.ssh", "state", "login"] + names + names.map({ "home-\($0)" }) {
      mkdir(folder.appending(name).string, 0o700)
    }
    func surroundings(_ node: String) -> [String] {
      guard ownHomes else { return [] }
      let mount = #"mount --bind "$1/home-$2" "$1/home" && shift 2 && exec "$@""#
      return ["/usr/bin/unshare", "-m", "/bin/sh", "-c", mount, "sh", folder.string, node]
    }
    let login = try await sshd("login", in: folder)
    var nodes: [LoopbackSSHD] = []
    for name in names { nodes.append(try await sshd(name, in: folder, surroundings(name))) }
    var started: [pid_t] = []
    do {
      try writeFile(folder.appending("munge.key"), (0..<128).map { _ in UInt8.random(in: 0...255) })
      chmod(folder.appending("munge.key").string, 0o400)
      started.append(try daemon("munged", mungeWords(folder), folder))
      try await Task.sleep(for: .milliseconds(100))
      try await configure(folder, nodes)
      started.append(try daemon("slurmctld", ["-D", "-i"], folder))
      for name in names {
        started.append(try daemon("slurmd", ["-D", "-N", name], folder, surroundings(name)))
      }
      let cluster = SlurmCluster(
        folder: folder, login: login, nodes: nodes, controller: started[1],
        daemons: Array(started[2...]), munge: started[0])
      try await cluster.awaitIdle()
      return cluster
    } catch {
      end(started, [login] + nodes, folder)
      throw error
    }
  }

  func stop() { Self.end([munge, controller] + daemons, [login] + nodes, folder) }

  private static func end(_ daemons: [pid_t], _ servers: [LoopbackSSHD], _ folder: FilePath) {
    for daemon in daemons {
      for process in processes(under: daemon, orMarked: mark(folder)) { kill(process, SIGKILL) }
      Support.end(daemon)
    }
    for server in servers { server.stop() }
  }

  /// Waits until all nodes can take jobs.
  private func awaitIdle() async throws {
    for _ in 0..<2400 {
      let states = try await run("sinfo", "-h", "-N", "-p", "all", "-o", "%T").text
      if states == String(repeating: "idle\n", count: Self.names.count) { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    let log = try? readFile(folder.appending("slurmctld.log")).suffix(2000)
    throw LoopbackSSHDFailure(log: String(decoding: log ?? [], as: UTF8.self))
  }

  private static func sshd(
    _ name: String, in folder: FilePath, _ surroundings: [String] = []
  ) async throws -> LoopbackSSHD {
    let own = folder.appending(name)
    var lines = [
      "SetEnv HOME=\(folder)/home SLURM_CONF=\(folder)/slurm.conf SKY_TEST_SSHD=\(own)"
        + " \(mark(folder))"
    ]
    // slurmd listens where the machine's own name leads to; a node has one address for both.
    if name != "login" { lines += ["ListenAddress 127.0.0.1"] }
    if name != "login" { lines.append("AuthorizedKeysFile \(folder)/home/.ssh/authorized_keys") }
    var settings = LoopbackSSHD.Settings(lines: lines, hostKeyTypes: ["ed25519"], name: name)
    settings.wrapper = surroundings
    return try await LoopbackSSHD.start(in: own, settings)
  }

  private static func daemon(
    _ name: String, _ words: [String], _ folder: FilePath, _ surroundings: [String] = []
  ) throws -> pid_t {
    let node = words.last ?? ""
    let all = surroundings + ["/usr/sbin/\(name)"] + words
    return try spawn(
      all[0], Array(all.dropFirst()),
      environment: [
        mark(folder), "SLURM_CONF=\(folder)/slurm.conf",
        "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
      ],
      log: folder.appending(name == "slurmd" ? "slurmd-\(node).log" : "\(name).log"))
  }

  private static func mungeWords(_ folder: FilePath) -> [String] {
    [
      "--foreground", "--force", "-S", "\(folder)/munge.sock", "--key-file=\(folder)/munge.key",
      "--pid-file=\(folder)/munge.pid", "--log-file=\(folder)/munge.log",
      "--seed-file=\(folder)/munge.seed",
    ]
  }

  private static func mark(_ folder: FilePath) -> String { "SKY_TEST_SLURM=\(folder)" }

  private static func configure(_ folder: FilePath, _ nodes: [LoopbackSSHD]) async throws {
    let host = try await Support.run("hostname", ["-s"]).text.split(separator: "\n")[0]
    var ports: Set<UInt16> = []
    while ports.count <= names.count { ports.insert(try freeLoopbackAddress().port) }
    let port = Array(ports)
    let lines = nodes.indices.map { index in
      "NodeName=c\(index + 1) NodeHostname=\(host) NodeAddr=127.0.0.1 Port=\(port[index])"
        + " CPUs=1 RealMemory=500 State=UNKNOWN"
    }
    let text = """
      ClusterName=test
      SlurmctldHost=\(host)(127.0.0.1)
      SlurmctldPort=\(port[names.count])
      SlurmUser=root
      SlurmdUser=root
      AuthType=auth/munge
      AuthInfo=socket=\(folder)/munge.sock
      CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
      StateSaveLocation=\(folder)/state
      SlurmdSpoolDir=\(folder)/spool.%n
      SlurmctldPidFile=\(folder)/slurmctld.pid
      SlurmdPidFile=\(folder)/slurmd-%n.pid
      ProctrackType=proctrack/linuxproc
      TaskPlugin=task/none
      JobAcctGatherType=jobacct_gather/none
      AccountingStorageType=accounting_storage/none
      SelectType=select/cons_tres
      SelectTypeParameters=CR_CPU
      SchedulerType=sched/backfill
      SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
      ReturnToService=2
      EnforcePartLimits=ALL
      MpiDefault=none
      SlurmdParameters=config_overrides
      InactiveLimit=0
      KillWait=2
      MinJobAge=30
      SlurmdTimeout=10
      \(lines.joined(separator: "\n"))
      PartitionName=all Nodes=\(names.joined(separator: ",")) Default=YES MaxTime=INFINITE State=UP
      PartitionName=one Nodes=c1 State=UP

      """
    try writeFile(folder.appending("slurm.conf"), Array(text.utf8))
    try writeFile(
      folder.appending("cgroup.conf"), Array("CgroupPlugin=cgroup/v1\n".utf8))
  }
}

/// Lets two in at once.
private final class Gate: Sendable {
  static let slurm = Gate()
  private let inside = Mutex(0)

  func enter() async {
    while true {
      let mayEnter = inside.withLock { count in
        guard count < 2 else { return false }
        count += 1
        return true
      }
      if mayEnter { return }
      try? await Task.sleep(for: .milliseconds(50))
    }
  }

  func leave() { inside.withLock { $0 -= 1 } }
}
