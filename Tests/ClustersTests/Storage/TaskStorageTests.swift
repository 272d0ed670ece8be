import HostBook
import SkySync
import Support
import SystemPackage
import Testing

@testable import Clusters

extension ObjectStoreTests {
  @Suite("The buckets of a task", .needsFUSE)
  struct TaskStorageTests {
    private func storage(
      _ fileMounts: String, _ bench: StoreBench
    ) async throws -> TaskStorage {
      let task = try TaskFile(
        parsing: Array("file_mounts:\n\(fileMounts)".utf8), file: "task.yaml"
      ).resolve()
      return try await TaskStorage(
        task.fileMounts, here: bench.here, folder: bench.home, git: GitEnvironment())
    }

    private func state(_ bench: StoreBench) async throws -> StateStore {
      let state = try StateStore.open(SkyHome(in: bench.home))
      try await state.save(.dev)
      return state
    }

    private func secondNode(_ bench: StoreBench) async throws -> LocalShell {
      let home = bench.home.appending("second")
      _ = try await run("mkdir", [home.string])
      return LocalShell(
        "dev-worker1", home: home, path: "\(ObjectStoreTools.folder):/usr/local/bin:/usr/bin:/bin")
    }

    @Test func `checkpoints of two nodes are in the bucket while they run and afterwards`()
      async throws
    {
      try await withStoreBench { bench in
        let name = "\(bench.bucket)-out"
        let task = try await storage("  ~/outputs:\n    name: \(name)\n    mode: MOUNT\n", bench)
        let state = try await state(bench)
        try await task.prepare(state, cluster: "dev")
        let worker = try await secondNode(bench)
        let nodes = [
          NodeStorage(bench.node.host, here: bench.here), NodeStorage(worker, here: bench.here),
        ]
        for node in nodes { try await task.bring(to: node.host) }
        let homes = [bench.nodeHome, bench.home.appending("second")]
        do {
          for (rank, home) in homes.enumerated() {
            let made = try await run(
              "sh",
              [
                "-c",
                "head -c 2000000 /dev/urandom >outputs/\(rank).pt && sha256sum <outputs/\(rank).pt",
              ],
              in: home)
            try await eventually {
              let stored = try await bench.server.rclone(["cat", "s:\(name)/\(rank).pt"])
              return try await run("sha256sum", [], input: stored.output).text == made.text
            }
          }
          // What one node wrote the other sees.
          try await eventually {
            try await run("ls", [homes[1].appending("outputs").string]).text == "0.pt\n1.pt\n"
          }
          let same = try await run(
            "cmp", ["0.pt", homes[1].appending("outputs/0.pt").string],
            in: homes[0].appending("outputs"))
          #expect(same.status == 0)
          for node in nodes { try await node.unmount() }
        } catch {
          for node in nodes { try? await node.unmount(force: true) }
          throw error
        }
        let records = try await state.storage()
        #expect(records.map(\.bucket) == [name])
        #expect(records.map(\.isOurs) == [true])
        #expect(records.map(\.clusters) == [["dev"]])
        let left = try await bench.server.rclone(["lsf", "s:\(name)"])
        #expect(left.text == "0.pt\n1.pt\n")
        try await bench.here.delete(BucketURI(.s3, bucket: name))
      }
    }

    @Test func `local sources are uploaded by their ignore rules and copied to the node`()
      async throws
    {
      try await withStoreBench { bench in
        _ = try await run("mkdir", ["-p", "data/deep", "more"], in: bench.home)
        try writeFile(bench.home.appending("data/.gitignore"), "*.log\n")
        for name in ["data/a", "data/b.log", "data/deep/c", "more/d", "one"] {
          try writeFile(bench.home.appending(name), name)
        }
        let all = "\(bench.bucket)-all"
        let list = "\(bench.bucket)-list"
        let task = try await storage(
          """
            ~/all: {name: \(all), source: ./data, mode: COPY, persistent: false}
            ~/list: {name: \(list), source: [data, more, one], mode: COPY}

          """, bench)
        let state = try await state(bench)
        try await task.prepare(state, cluster: "dev")
        try await task.bring(to: bench.node.host)
        let found = try await bench.shell("cd && find all list -type f | LC_ALL=C sort")
        #expect(
          found.text == """
            all/.gitignore
            all/a
            all/deep/c
            list/data/.gitignore
            list/data/a
            list/data/deep/c
            list/more/d
            list/one

            """)
        #expect(try await bench.shell("cat ~/list/more/d").text == "more/d")
        try await DeleteStorage(state, here: bench.here).deleteLeaving(with: "dev") { _ in }
        #expect(try await bench.here.look(at: BucketURI(.s3, bucket: all)) == .noBucket)
        #expect(try await bench.here.look(at: BucketURI(.s3, bucket: list)) == .folder)
        try await bench.here.delete(BucketURI(.s3, bucket: list))
      }
    }

    @Test(
      "what is wrong is found before anything is made",
      arguments: [
        ("~/x: s3://no-such-bucket/x", StorageError.Code.noBucket),
        ("~/x: s3://BUCKET/nothing", .noSource),
        ("~/x: {source: s3://BUCKET/object, mode: MOUNT}", .failed),
        ("~/x: {name: new-BUCKET, source: ./no-such-folder}", .noSource),
        ("~/x: {name: new-BUCKET, mode: COPY}", .noSource),
        ("~/x: {name: new-BUCKET, store: r2}", .noCredentials),
      ])
    func wrong(_ mount: String, _ code: StorageError.Code) async throws {
      try await withStoreBench { bench in
        try await bench.put("object", "o")
        let text = mount.replacing("BUCKET", with: bench.bucket)
        let error = await #expect(throws: StorageError.self) {
          try await storage("  \(text)\n", bench)
        }
        #expect(error?.code == code, "\(error.map(String.init(describing:)) ?? "")")
        let new = BucketURI(.s3, bucket: "new-\(bench.bucket)")
        #expect(try await bench.here.look(at: new) == .noBucket)
      }
    }

    /// A store lists a thousand at a time; `StoreFrontTests` brings ten thousand.
    @Test func `thousands of objects land complete on two nodes`() async throws {
      try await withStoreBench { bench in
        let source = bench.home.appending("many")
        let made = try await run(
          "sh",
          [
            "-c",
            "mkdir many && cd many && for d in $(seq 25); do mkdir $d; for f in $(seq 100); do echo $d $f >$d/$f; done; done",
          ], in: bench.home)
        #expect(made.status == 0)
        try await bench.server.rclone(
          [
            "copy", "--transfers", "64", "--no-check-dest", "--s3-no-head", source.string,
            "s:\(bench.bucket)/many",
          ])
        let task = try await storage("  ~/many: s3://\(bench.bucket)/many\n", bench)
        let worker = try await secondNode(bench)
        async let first: Void = task.bring(to: bench.node.host)
        async let second: Void = task.bring(to: worker)
        _ = try await (first, second)
        for copy in [bench.nodeHome.appending("many"), bench.home.appending("second/many")] {
          let same = try await run("diff", ["-r", source.string, copy.string])
          #expect(same.status == 0, "\(same.text.prefix(300))")
        }
      }
    }
  }
}
