import Support
import SystemPackage
import Testing

@testable import Clusters

extension ObjectStoreTests {
  @Suite("Mounts on a node", .needsFUSE)
  struct MountTests {
    @Test func `a file is in the bucket soon after it is closed, byte for byte`() async throws {
      try await withStoreBench { bench in
        let mount = try await bench.mount("~/outputs")
        #expect(try await bench.node.mount(mount) == .now)
        let made = try await bench.shell(
          """
          cd ~/outputs && mkdir sub && head -c 3000000 /dev/urandom >sub/big && echo one >a &&
          echo two >>a && : >empty && printf X | dd of=sub/big bs=1 seek=100 conv=notrunc 2>/dev/null &&
          for i in 1 2 3; do ! mv a b || break; sleep 1; done && test -f b && sha256sum <sub/big
          """)
        // While rclone uploads a file it may answer that its new name is itself.
        #expect(made.status == 0, "\(made.errorText)")
        try await eventually { try await bench.object("b") == "one\ntwo\n" }
        try await eventually {
          let sums = try await bench.shell("sha256sum <~/outputs/sub/big")
          let stored = try await bench.server.rclone(["cat", "s:\(bench.bucket)/sub/big"])
          let sum = try await run("sha256sum", [], input: stored.output)
          return sums.text == sum.text && sums.text == made.text
        }
        try await eventually { try await bench.object("empty") == "" }
      }
    }

    @Test func `a mount that is right is left alone`() async throws {
      try await withStoreBench { bench in
        let mount = try await bench.mount("~/data")
        #expect(try await bench.node.mount(mount) == .now)
        let before = try await bench.processes()
        #expect(try await bench.node.mount(mount) == .already)
        #expect(try await bench.processes() == before)
        #expect(before.count == 1)
      }
    }

    @Test func `the same target with another prefix is mounted anew and nothing is lost`()
      async throws
    {
      try await withStoreBench { bench in
        var mount = try await bench.mount("~/data", path: "one", cached: ["vfs-write-back": "1h"])
        #expect(try await bench.node.mount(mount) == .now)
        _ = try await bench.shell("echo first >~/data/f")
        mount.uri = bench.at("two")
        #expect(try await bench.node.mount(mount) == .anew)
        #expect(try await bench.object("one/f") == "first\n")
        #expect(try await bench.shell("ls ~/data").text == "")
      }
    }

    @Test func `a dead mount is seen and remade, and what was written is uploaded`() async throws {
      try await withStoreBench { bench in
        let mount = try await bench.mount("~/data", cached: ["vfs-write-back": "1h"])
        try await bench.node.mount(mount)
        _ = try await bench.shell("echo precious >~/data/f")
        for process in try await bench.processes() {
          _ = try await run("kill", ["-9", process])
        }
        try await eventually { try await bench.shell("ls ~/data").status != 0 }
        #expect(try await bench.node.mounts().map(\.state) == [.dead])
        #expect(try await bench.node.mount(mount) == .again)
        #expect(try await bench.shell("cat ~/data/f").text == "precious\n")
        try await bench.node.flush()
        #expect(try await bench.object("f") == "precious\n")
      }
    }

    @Test func `a flush uploads what would wait for an hour`() async throws {
      try await withStoreBench { bench in
        let mount = try await bench.mount("~/data", cached: ["vfs-write-back": "1h"])
        try await bench.node.mount(mount)
        _ = try await bench.shell("for i in 1 2 3; do echo $i >~/data/$i; done")
        #expect(try await bench.object("1") == nil)
        #expect(try await bench.node.mounts().map(\.unflushed) == [3])
        try await bench.node.flush()
        #expect(try await bench.node.mounts().map(\.unflushed) == [0])
        for name in ["1", "2", "3"] { #expect(try await bench.object(name) == "\(name)\n") }
      }
    }

    @Test func `a job's own flush works without this machine`() async throws {
      try await withStoreBench { bench in
        let mount = try await bench.mount("~/data", cached: ["vfs-write-back": "1h"])
        try await bench.node.mount(mount)
        _ = try await bench.shell("echo done >~/data/result")
        let flush = try await bench.shell(
          "PATH=\(ObjectStoreTools.folder):$PATH ~/.sky_node/mounts/flush")
        #expect(flush.status == 0, "\(flush.errorText)")
        #expect(try await bench.object("result") == "done\n")
      }
    }

    @Test func `an unmount flushes, and a restore brings the mount back`() async throws {
      try await withStoreBench { bench in
        let mount = try await bench.mount("~/data", cached: ["vfs-write-back": "1h"])
        try await bench.node.mount(mount)
        _ = try await bench.shell("echo kept >~/data/f")
        try await bench.node.unmount(keepsRecords: true)
        #expect(try await bench.object("f") == "kept\n")
        #expect(try await bench.processes() == [])
        #expect(try await bench.node.mounts().map(\.state) == [MountStatus.State.none])
        #expect(try await bench.node.restore() == 1)
        #expect(try await bench.node.restore() == 0)
        #expect(try await bench.shell("cat ~/data/f").text == "kept\n")
        try await bench.node.unmount()
        #expect(try await bench.shell("ls ~/.sky_node").text == "", "nothing of it is left")
      }
    }

    @Test func `only the owner can read what a mount keeps on the node`() async throws {
      try await withStoreBench { bench in
        try await bench.node.mount(try await bench.mount("~/data"))
        let files = try await bench.shell(
          "cd ~/.sky_node && find . -perm /077 ! -type l ! -path '*/cache/*' | sort")
        #expect(files.text == "")
        let words = try await bench.shell("cat /proc/[0-9]*/cmdline | tr '\\0' '\\n'")
        #expect(!words.text.contains(bench.server.owner.secret))
      }
    }

    @Test func `a folder with files is not hidden by a mount`() async throws {
      try await withStoreBench { bench in
        _ = try await bench.shell("mkdir ~/data && touch ~/data/mine")
        let mount = try await bench.mount("~/data")
        let error = await #expect(throws: StorageError.self) { try await bench.node.mount(mount) }
        #expect(error?.code == .busy)
        #expect(error?.reason.contains("is not empty") == true)
        #expect(try await bench.shell("ls ~/.sky_node/mounts").text == "flush\n")
      }
    }

    @Test func `a busy mount is not torn away, except by force`() async throws {
      try await withStoreBench { bench in
        try await bench.node.mount(try await bench.mount("~/data"))
        let holder = Task { try await bench.shell("cd ~/data && exec sleep 60") }
        try await eventually {
          try await bench.shell("fuser -m ~/data || ls -l /proc/[0-9]*/cwd | grep -q node/data")
            .status == 0
        }
        let error = await #expect(throws: StorageError.self) { try await bench.node.unmount() }
        #expect(error?.code == .busy)
        #expect(try await bench.node.mounts().map(\.state) == [.live])
        try await bench.node.unmount(force: true)
        #expect(try await bench.processes() == [])
        holder.cancel()
        _ = try? await holder.value
      }
    }

    @Test func `names with spaces, quotes and tabs work as targets`() async throws {
      try await withStoreBench { bench in
        try await bench.put("pre fix/x", "1")
        let mount = try await bench.mount("~/a 'b' \"c\"\t$d\\e", path: "pre fix")
        #expect(try await bench.node.mount(mount) == .now)
        #expect(try await bench.node.mount(mount) == .already)
        #expect(try await bench.shell("cat ~/a*/x").text == "1")
      }
    }

    @Test func `a read-only mount refuses writes`() async throws {
      try await withStoreBench { bench in
        try await bench.put("x", "1")
        var mount = try await bench.mount("~/data")
        mount.isReadOnly = true
        try await bench.node.mount(mount)
        #expect(try await bench.shell("cat ~/data/x").text == "1")
        #expect(try await bench.shell("echo no >~/data/y").status != 0)
      }
    }
  }

  @Suite("Copies to a node", .needsFUSE)
  struct CopyTests {
    @Test func `an object becomes the file, a prefix the folder`() async throws {
      try await withStoreBench { bench in
        try await bench.put("set/a", "A")
        try await bench.put("set/deep/b", "B")
        let remote = try await bench.remote()
        let one = bench.at("set/a")
        _ = try await bench.node.copy(
          one, try await bench.here.look(at: one), remote: remote, to: "~/made/for it/file")
        #expect(try await bench.shell("cat ~/'made/for it/file'").text == "A")
        _ = try await bench.node.copy(
          one, try await bench.here.look(at: one), remote: remote, to: "~/in", intoFolder: true)
        #expect(try await bench.shell("cat ~/in/a").text == "A")
        let all = bench.at("set")
        let report = try await bench.node.copy(
          all, try await bench.here.look(at: all), remote: remote, to: "~/set")
        #expect(report.transferred == 2)
        #expect(try await bench.shell("cd ~/set && cat a deep/b").text == "AB")
        let again = try await bench.node.copy(
          all, try await bench.here.look(at: all), remote: remote, to: "~/set")
        #expect(again.transferred == 0)
        #expect(try await bench.shell("ls ~/.sky_node 2>/dev/null").text == "")
      }
    }

    @Test func `what is not there is said before a node is asked`() async throws {
      try await withStoreBench { bench in
        let uri = bench.at("nothing/here")
        let content = try await bench.here.look(at: uri)
        let error = await #expect(throws: StorageError.self) {
          try await bench.node.copy(
            uri, content, remote: try await bench.remote(), to: "~/x")
        }
        #expect(error?.code == .noSource)
      }
    }
  }
}

extension StoreBench {
  /// A mount of the bucket, cached when options of the cache are given.
  func mount(
    _ target: String, path: String = "", cached: [String: String]? = nil
  ) async throws -> MountSpec {
    MountSpec(
      at(path), remote: try await remote(), target: target, isCached: cached != nil,
      cache: CacheOptions(options: cached ?? [:]))
  }

  /// The processes that serve mounts of this node.
  func processes() async throws -> [String] {
    let result = try await shell("cat ~/.sky_node/mounts/*/pid 2>/dev/null")
    let recorded = result.text.split(whereSeparator: \.isWhitespace).map(String.init)
    return recorded.filter { pid in
      let words = (try? readFile(FilePath("/proc/\(pid)/cmdline"))) ?? []
      return String(decoding: words, as: UTF8.self).contains(nodeHome.string)
    }
  }
}

/// Waits until `isSo` is true; what does not become so fails the test.
func eventually(
  _ isSo: () async throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  for _ in 0..<200 {
    if try await isSo() { return }
    try await Task.sleep(for: .milliseconds(100))
  }
  Issue.record("it did not become so within 20 s", sourceLocation: sourceLocation)
}
