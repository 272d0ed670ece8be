import Support
import SystemPackage
import Testing

@testable import Clusters

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The same node as an ordinary user makes it; needs root to become one.
@Suite(.enabled(if: getuid() == 0 && access("/usr/bin/setpriv", X_OK) == 0))
struct OrdinaryUserTests {
  private static let uid: UInt32 = 12345

  @Test func `an ordinary user's node comes up in a user namespace`() async throws {
    try await LocalBench.run { bench in
      var machine = try LocalMachine.current(searchPath: LocalPrograms.systemPath)
      machine.login = LocalMachine.Login(
        name: "ada", uid: Self.uid, gid: Self.uid, home: "/home/ada", shell: "/bin/sh")
      let folder = bench.nodeFolder(0)
      let place = try NodePlaces(nodes: bench.home.nodes).choose(for: [folder])[0]
      let publicKey = try #require(LocalFiles.read(bench.folder.appending("id.pub")))
      let key = try await NodePreparation(machine: machine, publicKey: publicKey)
        .prepare(folder, at: place.address)
      let owner = "\(Self.uid):\(Self.uid)"
      _ = try await run("chown", ["-hR", owner, bench.home.nodes.string])
      _ = try await run("chmod", ["755", bench.folder.string, bench.home.root.string])
      let started = try await asUser(
        ["/bin/sh", "-c", NodeStart.script, "sh"] + NodeStart(machine: machine).words(folder))
      #expect(started.status == 0, "\(started.errorText)")

      let node = Node(
        rank: 0, hostname: place.address.host, port: place.address.port, user: "ada",
        hostKeys: [key], internalIP: place.address.host)
      try await until {
        if case .line = try await NodeBanner.ask(place.address, patience: .seconds(1)) {
          return true
        }
        return bench.processes(0).isEmpty
      }
      #expect(LocalFiles.read(folder.log)?.contains("Server listening") == true)
      #expect(try await bench.say(node, "whoami; pwd; hostname") == "ada\n/home/ada\ndev")
      #expect(try await bench.say(node, "mkdir /data && touch /data/x ~/x /tmp/x && echo") == "")
      #expect(try await bench.ssh(node, "test -w /usr").status == 1)
      // It would get no terminal if the node knew the group tty, which cannot be mapped.
      let config = try bench.config(node).string
      let terminal = try await run("ssh", ["-F", config, "-tt", "node", "tty"])
      #expect(terminal.text.hasPrefix("/dev/pts/"))
      // The user's own processes can be told from others' by their `/`.
      let inside = try #require(bench.firstProcess(0))
      let seen = try await asUser(["stat", "-Lc", "%d %i", "/proc/\(inside.pid)/root/"])
      #expect(seen.text == (try await run("stat", ["-c", "%d %i", folder.root.string])).text)
      #expect(try await bench.provider.nodes(of: bench.spec()).map(\.state) == [.up])
    }
  }

  private func asUser(_ command: [String]) async throws -> ProgramResult {
    try await run(
      "setpriv", ["--reuid=\(Self.uid)", "--regid=\(Self.uid)", "--clear-groups", "--"] + command,
      in: "/")
  }
}
