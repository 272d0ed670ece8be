import SystemPackage
import Testing

@testable import Clusters

/// What is decided without touching anything: command lines, account files, addresses, advice.
@Suite struct LocalTables {
  private static func machine(uid: UInt32, bin: String? = "usr/bin") -> LocalMachine {
    let user = uid == 0 ? "root" : "ada"
    return LocalMachine(
      login: .init(
        name: user, uid: uid, gid: uid, home: uid == 0 ? "/root" : "/home/ada", shell: "/bin/bash"),
      programs: .init(
        bwrap: "/usr/bin/bwrap", sshd: "/usr/sbin/sshd", sshKeygen: "/usr/bin/ssh-keygen",
        setsid: "/usr/bin/setsid"),
      systemFolders: [.init(name: "bin", target: bin)], accountFiles: ["passwd"],
      linkedFiles: ["/run/systemd/resolve/stub-resolv.conf"], devices: ["fuse", "nvidia0"])
  }

  private static func command(_ machine: LocalMachine) -> String {
    let folder = NodeFolder(cluster: "dev", rank: 1, in: "/n")
    return SandboxCommand.arguments(machine: machine, folder: folder).joined(separator: " ")
  }

  @Test func `root gets no user namespace and never the machine's devices`() {
    let command = Self.command(Self.machine(uid: 0))
    #expect(!command.contains("--unshare-user"))
    #expect(!command.contains("--dev-bind /dev /dev"))
    #expect(command.contains("--dev /dev --dev-bind-try /dev/fuse /dev/fuse"))
    #expect(command.contains("--dev-bind-try /dev/nvidia0 /dev/nvidia0"))
  }

  @Test func `an ordinary user gets a user namespace and may mount in it`() {
    let command = Self.command(Self.machine(uid: 1000))
    #expect(command.contains("--unshare-user --cap-add CAP_SYS_ADMIN"))
    #expect(command.contains("--dev-bind /dev /dev"))
  }

  @Test(arguments: [UInt32(0), 1000])
  func `everything is its own but what is read-only`(uid: UInt32) {
    let command = Self.command(Self.machine(uid: uid, bin: nil))
    for part in [
      "/usr/bin/bwrap ", "--unshare-pid --unshare-uts --unshare-ipc", "--hostname dev-worker1",
      "--bind /n/dev/1/root /", "--ro-bind /usr /usr", "--ro-bind /etc /etc", "--ro-bind /bin /bin",
      "--ro-bind /n/dev/1/etc/passwd /etc/passwd", "--ro-bind /n/dev/1/run /run/sky",
      "--ro-bind-try /run/systemd/resolve/stub-resolv.conf", "--tmpfs /dev/shm", "--clearenv",
      "--new-session --as-pid-1 -- /usr/sbin/sshd -D -e -f /run/sky/sshd_config",
    ] {
      #expect(command.contains(part))
    }
    #expect(!command.contains("--die-with-parent"))
    #expect(!command.contains("--bind /home") && !command.contains("--bind /root"))
  }

  @Test func `a link of the system stays a link`() {
    #expect(!Self.command(Self.machine(uid: 0)).contains("--ro-bind /bin /bin"))
  }

  @Test func `of the machine's accounts a node knows the system's and the login user`() {
    let host = """
      root:x:0:0:root:/root:/usr/bin/zsh
      sshd:x:109:65534::/run/sshd:/usr/sbin/nologin
      ada:x:1000:1000:Ada,,,:/home/ada:/usr/bin/fish
      bob:x:1001:1001::/home/bob:/bin/bash
      nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
      +::::::
      """
    #expect(
      AccountFiles.passwd(host: host, login: Self.machine(uid: 1000).login) == """
        ada:x:1000:1000:ada:/home/ada:/bin/bash
        root:x:0:0:root:/root:/usr/bin/zsh
        sshd:x:109:65534::/run/sshd:/usr/sbin/nologin
        nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin

        """)
    #expect(
      AccountFiles.passwd(host: "", login: Self.machine(uid: 0).login) == """
        root:x:0:0:root:/root:/bin/bash
        sshd:x:102:65534::/run/sshd:/usr/sbin/nologin

        """)
  }

  @Test func `no node knows the group tty`() {
    let host = "root:x:0:\ntty:x:5:ada\nvideo:x:44:ada\nada:x:1000:\nbob:x:1001:\n"
    #expect(
      AccountFiles.group(host: host, login: Self.machine(uid: 1000).login)
        == "root:x:0:\nvideo:x:44:\nada:x:1000:\n")
    #expect(
      AccountFiles.group(host: "root:x:0:\n", login: Self.machine(uid: 1000).login)
        == "ada:x:1000:\nroot:x:0:\n")
  }

  @Test func `the login account is not locked, whatever the machine's shadow says`() {
    #expect(AccountFiles.shadow(login: Self.machine(uid: 0).login).hasPrefix("root:*:"))
  }

  @Test(
    arguments: [
      ("/home/ada", "/home/ada"), ("/root", "/root"), ("/data/users/ada", "/data/users/ada"),
      ("/", "/home/ada"), ("/usr/share/ada", "/home/ada"), ("/tmp", "/home/ada"),
      ("/run/ada", "/home/ada"), ("relative", "/home/ada"), ("/home/x/../ada/", "/home/ada"),
    ] as [(FilePath, FilePath)])
  func `the home of a node is a folder that can be written`(home: FilePath, inNode: FilePath) {
    #expect(LocalMachine.homeInNode(home, user: "ada") == inNode)
  }

  @Test func `addresses of one cluster share a network, and no two are alike`() {
    let first = (0..<600).map { rank in
      NodeAddress.candidates(seed: 7, rank: rank).first { _ in true }
    }
    #expect(first[0] == NodeAddress(host: "127.42.8.1", port: 22022))
    #expect(first[249] == NodeAddress(host: "127.42.8.250", port: 22022))
    #expect(first[250] == NodeAddress(host: "127.42.9.1", port: 22022))
    #expect(Set(first).count == 600)
    let all = Array(NodeAddress.candidates(seed: .max, rank: 3))
    #expect(all.count == 64 * 254 * 8 && Set(all).count == all.count)
  }

  @Test(arguments: ["127.42.1.1", "127.42.1.1 99999", "", "x 1 2"])
  func `a damaged address file is no address`(text: String) {
    #expect(NodeAddress(text) == nil)
  }

  @Test func `an address survives being written down`() {
    let address = NodeAddress(host: "127.42.1.2", port: 22023)
    #expect(NodeAddress(address.text) == address)
  }

  @Test func `a long alias is cut to what the kernel takes`() {
    let folder = NodeFolder(cluster: String(repeating: "a", count: 70), rank: 0, in: "/n")
    #expect(folder.hostName.utf8.count == 64)
  }

  @Test(arguments: [
    (SandboxCheck.Limits(appArmor: "1"), false, "apparmor_restrict_unprivileged_userns=0"),
    (SandboxCheck.Limits(userNamespaces: "0"), false, "user.max_user_namespaces"),
    (SandboxCheck.Limits(debianClone: "0"), false, "unprivileged_userns_clone=1"),
    (SandboxCheck.Limits(), true, "container"),
    (SandboxCheck.Limits(appArmor: "1"), true, "container"),
  ])
  func `the limit in the way is named`(
    limits: SandboxCheck.Limits, isRoot: Bool, words: String
  ) {
    #expect(SandboxCheck.advice(limits: limits, isRoot: isRoot).contains(words))
  }
}
