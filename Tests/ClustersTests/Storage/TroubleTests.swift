import Support
import Synchronization
import SystemPackage
import Testing

@testable import Clusters

extension ObjectStoreTests {
  @Suite("Stores and nodes in trouble", .needsFUSE)
  struct TroubleTests {
    /// This machine's side through a proxy, which can be taken away.
    private func through(_ proxy: DelayProxy, _ bench: StoreBench) -> ObjectStores {
      var environment = bench.server.environment
      environment["PATH"] = "\(ObjectStoreTools.folder):/usr/local/bin:/usr/bin:/bin"
      environment["AWS_ENDPOINT_URL_S3"] = "http://\(proxy.address):\(proxy.port)"
      return ObjectStores(environment: environment, home: bench.home)
    }

    private func proxy(_ bench: StoreBench) throws -> DelayProxy {
      try DelayProxy(to: (bench.server.address, bench.server.port), delay: .zero)
    }

    @Test func `a store that goes in the middle of a copy is named with bucket and object`()
      async throws
    {
      try await withStoreBench { bench in
        _ = try await bench.shell("head -c 150000000 /dev/zero >~/big")
        try await bench.server.rclone(
          ["copyto", bench.nodeHome.appending("big").string, "s:\(bench.bucket)/set/big"])
        let proxy = try proxy(bench)
        defer { proxy.stop() }
        let far = through(proxy, bench)
        let uri = bench.at("set")
        let content = try await far.look(at: uri)
        let remote = try await far.remote(.s3)
        let cutter = Task {
          while proxy.count.backward < 4_000_000 {
            try await Task.sleep(for: .milliseconds(1))
          }
          proxy.stop()
        }
        defer { cutter.cancel() }
        let error = await #expect(throws: StorageError.self) {
          try await bench.node.copy(uri, content, remote: remote, to: "~/set")
        }
        #expect(error?.code == .unreachable)
        #expect(error?.subject == "dev: s3://\(bench.bucket)/set")
        #expect(error?.reason.contains("(object big): S3, bucket \(bench.bucket): ") == true)
        _ = try await bench.node.copy(uri, content, remote: try await bench.remote(), to: "~/set")
        #expect(try await bench.shell("cmp ~/big ~/set/big").status == 0)
      }
    }

    @Test func `a store that goes under a mount loses nothing, and says what is not there yet`()
      async throws
    {
      try await withStoreBench { bench in
        let proxy = try proxy(bench)
        defer { proxy.stop() }
        let far = NodeStorage(bench.node.host, here: through(proxy, bench))
        let mount = MountSpec(
          bench.at("out"), remote: try await far.here.remote(.s3), target: "~/out", isCached: true,
          cache: CacheOptions(options: ["vfs-write-back": "1h"]))
        try await far.mount(mount)
        _ = try await bench.shell("echo first >~/out/first")
        try await far.flush()
        _ = try await bench.shell("echo second >~/out/second")
        proxy.stop()
        let error = await #expect(throws: StorageError.self) {
          try await far.flush(patience: .seconds(1))
        }
        #expect(error?.code == .unflushed)
        #expect(error?.subject == "dev: s3://\(bench.bucket)/out")
        #expect(error?.reason.contains("second") == true)
        #expect(error?.reason.contains("connection refused") == true)
        let leaving = await #expect(throws: StorageError.self) {
          try await far.unmount(patience: .seconds(1))
        }
        #expect(leaving?.code == .unflushed)
        #expect(try await far.mounts().map(\.state) == [.live])
        #expect(try await bench.shell("cat ~/out/second").text == "second\n")
        #expect(try await bench.object("out/first") == "first\n")
        let notices = Notices()
        try await far.unmount(force: true) { notices.add($0) }
        let lost = "dev: 1 file never reached s3://\(bench.bucket)/out and will be lost: "
        #expect(notices.all.contains { $0.hasPrefix(lost) && $0.hasSuffix("out/second") })
      }
    }

    @Test func `a mount of a store that is not there is an error, and leaves nothing`() async throws
    {
      try await withStoreBench { bench in
        let proxy = try proxy(bench)
        let remote = try await through(proxy, bench).remote(.s3)
        proxy.stop()
        let error = await #expect(throws: StorageError.self) {
          try await bench.node.mount(MountSpec(bench.uri, remote: remote, target: "~/m"))
        }
        #expect(error?.code == .unreachable)
        #expect(error?.reason.contains("S3, bucket \(bench.bucket)") == true)
        #expect(try await bench.shell("ls -A ~ ~/.sky_node/mounts").text.contains("m\n") == false)
      }
    }

    @Test func `a mount of a missing bucket says so`() async throws {
      try await withStoreBench { bench in
        var mount = try await bench.mount("~/m")
        mount.uri = BucketURI(.s3, bucket: "no-such-bucket")
        let error = await #expect(throws: StorageError.self) { try await bench.node.mount(mount) }
        #expect(error?.code == .noBucket)
        #expect(error?.reason.contains("there is no bucket no-such-bucket in S3") == true)
      }
    }

    @Test func `new keys take over what waits in the cache`() async throws {
      try await withStoreBench { bench in
        var mount = try await bench.mount("~/data", cached: ["vfs-write-back": "1h"])
        try await bench.node.mount(mount)
        _ = try await bench.shell("echo waits >~/data/f")
        mount.remote.settings["region"] = "us-east-1"
        #expect(try await bench.node.mount(mount) == .anew)
        #expect(try await bench.node.mount(mount) == .already)
        #expect(try await bench.shell("cat ~/data/f").text == "waits\n")
        try await bench.node.flush()
        #expect(try await bench.object("f") == "waits\n")
      }
    }

    @Test func `a copy to where a bucket was mounted does not write into the bucket`() async throws
    {
      try await withStoreBench { bench in
        try await bench.put("from/a", "A")
        let mount = try await bench.mount("~/x", path: "mounted", cached: ["vfs-write-back": "1h"])
        try await bench.node.mount(mount)
        _ = try await bench.shell("echo kept >~/x/kept")
        let uri = bench.at("from")
        _ = try await bench.node.copy(
          uri, try await bench.here.look(at: uri), remote: try await bench.remote(), to: "~/x")
        #expect(try await bench.object("mounted/kept") == "kept\n")
        #expect(try await bench.object("mounted/a") == nil)
        #expect(try await bench.shell("ls ~/x").text == "a\n")
      }
    }

    @Test func `a node without a working rclone gets this machine's, checked`() async throws {
      try await withStoreBench { bench in
        let broken = bench.nodeHome.appending("bin")
        _ = try await run("mkdir", [broken.string])
        try writeFile(
          broken.appending("rclone"), Array("#!/bin/sh\nexit 1\n".utf8),
          mode: 0o755)
        let host = LocalShell("bare", home: bench.nodeHome, path: "\(broken):/usr/bin:/bin")
        let node = NodeStorage(host, here: bench.here)
        let notices = Notices()
        let mount = try await bench.mount("~/data")
        #expect(try await node.mount(mount) { notices.add($0) } == .now)
        #expect(notices.all == ["bare: sending rclone to it, once"])
        let same = try await bench.shell(
          "cmp ~/.sky_node/bin/rclone \(ObjectStoreTools.folder)/rclone && stat -c %a ~/.sky_node/bin/rclone"
        )
        #expect(same.text == "700\n")
        try await node.unmount()
      }
    }

    @Test func `where this machine has no rclone either, it says what to install`() async throws {
      try await withStoreBench { bench in
        let broken = bench.nodeHome.appending("bin")
        _ = try await run("mkdir", [broken.string])
        try writeFile(
          broken.appending("rclone"), Array("#!/bin/sh\nexit 1\n".utf8),
          mode: 0o755)
        let host = LocalShell("bare", home: bench.nodeHome, path: "\(broken):/usr/bin:/bin")
        let here = ObjectStores(environment: ["PATH": "/nowhere"], home: bench.home)
        let mount = try await bench.mount("~/data")
        let error = await #expect(throws: StorageError.self) {
          try await NodeStorage(host, here: here).mount(mount)
        }
        #expect(error?.code == .noProgram)
        #expect(error?.advice == "On the node: sudo apt-get install rclone fuse3.")
      }
    }

    @Test(
      "Debian's older rclone mounts, writes and flushes",
      .enabled(if: (try? readFile("/usr/bin/rclone").isEmpty) == false))
    func olderRclone() async throws {
      try await withStoreBench { bench in
        let host = LocalShell("old", home: bench.nodeHome, path: "/usr/bin:/bin")
        let node = NodeStorage(host, here: bench.here)
        var mount = try await bench.mount("~/data", cached: ["vfs-write-back": "1h"])
        mount.cache.options["vfs-read-chunk-streams"] = "16"
        #expect(try await node.mount(mount) == .now)
        _ = try await bench.shell("echo one >~/data/f && echo two >>~/data/f")
        try await node.flush()
        #expect(try await bench.object("f") == "one\ntwo\n")
        try await node.unmount()
      }
    }
  }
}

/// What was said to people.
final class Notices: Sendable {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock { $0 } }
  func add(_ line: String) { lines.withLock { $0.append(line) } }
}
