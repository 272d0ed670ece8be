import SkySync
import Support
import SystemPackage
import Testing

@testable import Clusters

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension ObjectStoreTests {
  /// Buckets on real local nodes, over the stock ssh client.
  @Suite("Real nodes", .needsFUSE)
  struct RealNodeTests {
    private static func host(_ bench: LocalBench, _ node: Node) throws -> ProgramHost {
      ProgramHost(
        name: "dev", program: ["/usr/bin/ssh", "-F", try bench.config(node).string, "node"],
        environment: ["HOME=\(bench.folder)", "PATH=/usr/bin:/bin"])
    }

    @Test func `a mount outside the home outlives its session, and is there again after a stop`()
      async throws
    {
      try await withStoreBench { store in
        try await LocalBench.run { bench in
          let node = try await bench.provider.up(bench.spec())[0]
          let storage = NodeStorage(try Self.host(bench, node), here: store.here)
          let mount = try await store.mount("/outputs", cached: ["vfs-write-back": "1h"])
          #expect(try await storage.mount(mount) == .now)
          #expect(try await bench.say(node, "echo kept >/outputs/a && cat /outputs/a") == "kept")
          try await storage.unmount(keepsRecords: true)
          #expect(try await store.object("a") == "kept\n")
          try await bench.provider.stop(bench.spec())

          let again = try await bench.provider.up(bench.spec())[0]
          let back = NodeStorage(try Self.host(bench, again), here: store.here)
          #expect(try await back.restore() == 1)
          #expect(try await bench.say(again, "cat /outputs/a") == "kept")
          #expect(try await back.mount(mount) == .already)
          try await back.unmount()
          #expect(try await back.mounts() == [])
        }
      }
    }

    @Test func `what a node that died had not uploaded is uploaded when it is back`() async throws {
      try await withStoreBench { store in
        try await LocalBench.run { bench in
          let node = try await bench.provider.up(bench.spec())[0]
          let storage = NodeStorage(try Self.host(bench, node), here: store.here)
          try await bench.give(rclone: node)
          try await storage.mount(try await store.mount("~/m", cached: ["vfs-write-back": "1h"]))
          #expect(try await bench.say(node, "echo late >~/m/late && sync ~/m/late; echo") == "")
          // No unmount before: as a node that lost its power.
          try await bench.provider.stop(bench.spec())
          #expect(try await store.object("late") == nil)

          let again = try await bench.provider.up(bench.spec())[0]
          let back = NodeStorage(try Self.host(bench, again), here: store.here)
          #expect(try await back.restore() == 1)
          try await back.flush()
          #expect(try await store.object("late") == "late\n")
        }
      }
    }

    /// In a user namespace the root of a fresh mount has an owner that is not mapped.
    @Test(
      "an ordinary user's node mounts and writes", .enabled(if: getuid() == 0 && anyoneMayMount()))
    func ordinaryUser() async throws {
      try await withStoreBench { store in
        try await LocalBench.run { bench in
          let node = try await OrdinaryUserNode.start(bench)
          let storage = NodeStorage(try Self.host(bench, node), here: store.here)
          #expect(try await storage.mount(try await store.mount("/outputs")) == .now)
          #expect(try await bench.say(node, "echo mine >/outputs/new && id -un") == "ada")
          try await eventually { try await store.object("new") == "mine\n" }
          try await storage.unmount()
        }
      }
    }
  }
}

extension LocalBench {
  /// The node has the newest rclone, whatever this machine has.
  fileprivate func give(rclone node: Node) async throws {
    let program = try ObjectStoreTools.find("rclone").string
    let command = ["-F", try config(node).string, "node", "mkdir -p .sky_node/bin"]
    _ = try await Support.run("ssh", command)
    let copy = ["-qF", try config(node).string, program, "node:.sky_node/bin/rclone"]
    #expect(try await Support.run("scp", copy).status == 0)
  }
}

/// Whether /dev/fuse is as Debian's udev rules make it.
private func anyoneMayMount() -> Bool {
  var status = stat()
  return stat("/dev/fuse", &status) == 0 && status.st_mode & 0o006 == 0o006
}

/// A node as `OrdinaryUserTests` makes it.
private enum OrdinaryUserNode {
  static let uid: UInt32 = 12345

  static func start(_ bench: LocalBench) async throws -> Node {
    var machine = try LocalMachine.current(searchPath: LocalPrograms.systemPath)
    machine.login = LocalMachine.Login(
      name: "ada", uid: uid, gid: uid, home: "/home/ada", shell: "/bin/sh")
    let folder = bench.nodeFolder(0)
    let place = try NodePlaces(nodes: bench.home.nodes).choose(for: [folder])[0]
    let publicKey = try #require(LocalFiles.read(bench.folder.appending("id.pub")))
    let key = try await NodePreparation(machine: machine, publicKey: publicKey)
      .prepare(folder, at: place.address)
    _ = try await run("chown", ["-hR", "\(uid):\(uid)", bench.home.nodes.string])
    _ = try await run("chmod", ["755", bench.folder.string, bench.home.root.string])
    let identity = ["--reuid=\(uid)", "--regid=\(uid)", "--clear-groups", "--"]
    let started = try await run(
      "setpriv",
      identity + ["/bin/sh", "-c", NodeStart.script, "sh"]
        + NodeStart(machine: machine).words(folder))
    #expect(started.status == 0, "\(started.errorText)")
    try await eventually {
      if case .line = try await NodeBanner.ask(place.address, patience: .seconds(1)) { return true }
      return false
    }
    return Node(
      rank: 0, hostname: place.address.host, port: place.address.port, user: "ada",
      hostKeys: [key], internalIP: place.address.host)
  }
}
