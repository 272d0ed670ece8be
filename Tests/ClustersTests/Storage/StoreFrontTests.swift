import Support
import SystemPackage
import Testing

@testable import Clusters

extension ObjectStoreTests {
  @Suite("Stores behind other doors", .needsFUSE, .timeLimit(.minutes(20)))
  struct StoreFrontTests {
    private func through(
      _ front: StoreFront, _ bench: StoreBench, _ variables: [String: String] = [:]
    ) -> ObjectStores {
      var environment = bench.server.environment
      environment["PATH"] = "\(ObjectStoreTools.folder):/usr/local/bin:/usr/bin:/bin"
      environment["AWS_ENDPOINT_URL_S3"] = front.endpoint
      environment.merge(variables) { $1 }
      return ObjectStores(environment: environment, home: bench.home)
    }

    @Test func `AWS_CA_BUNDLE counts here and on the node`() async throws {
      try await withStoreBench { bench in
        let server = (bench.server.address, bench.server.port)
        let front = try await StoreFront(to: server, in: bench.home, isSecure: true)
        try await bench.put("set/a", "A")
        try await front.open {
          let stranger = through(front, bench)
          let error = await #expect(throws: StorageError.self) {
            _ = try await stranger.look(at: bench.at("set"))
          }
          #expect(error?.code == .unreachable)
          #expect(error?.reason.contains("certificate") == true, "\(String(describing: error))")

          let here = through(front, bench, ["AWS_CA_BUNDLE": front.authority.string])
          let remote = try await here.remote(.s3)
          let node = NodeStorage(bench.node.host, here: here)
          let content = try await here.look(at: bench.at("set"))
          _ = try await node.copy(bench.at("set"), content, remote: remote, to: "~/set")
          #expect(try await bench.shell("cat ~/set/a").text == "A")
          let mount = MountSpec(bench.at("out"), remote: remote, target: "~/out")
          #expect(try await node.mount(mount) == .now)
          #expect(try await node.mount(mount) == .already)
          _ = try await bench.shell("echo b >~/out/b")
          try await node.unmount(keepsRecords: true)
          #expect(try await bench.object("out/b") == "b\n")
          #expect(try await node.restore() == 1)
          try await node.unmount()
        }
      }
    }

    @Test func `a bundle that is not there is said`() async throws {
      let here = ObjectStores(
        environment: ["AWS_CA_BUNDLE": "/nowhere/ca.pem"], home: FilePath("/nowhere"))
      let error = await #expect(throws: StorageError.self) { _ = try await here.remote(.s3) }
      #expect(error?.subject == "AWS_CA_BUNDLE")
      #expect(error?.reason == "/nowhere/ca.pem does not exist")
    }

    @Test func `a file written while the store is away is named, and there after a second launch`()
      async throws
    {
      try await withStoreBench { bench in
        let server = (bench.server.address, bench.server.port)
        let front = try await StoreFront(to: server, in: bench.home)
        let node = NodeStorage(bench.node.host, here: through(front, bench))
        let mount = MountSpec(
          bench.at("out"), remote: try await node.here.remote(.s3), target: "~/out")
        try await front.open {
          try await node.mount(mount)
          _ = try await bench.shell("echo first >~/out/first")
          try await node.flush()
        }
        _ = try await bench.shell("head -c 3000000 /dev/zero >~/out/second")
        let error = await #expect(throws: StorageError.self) {
          try await node.flush(patience: .seconds(2))
        }
        #expect(error?.code == .unflushed)
        #expect(error?.subject == "dev: s3://\(bench.bucket)/out")
        #expect(error?.reason.contains("out/second") == true, "\(String(describing: error))")
        try await front.open {
          #expect(try await node.mount(mount) == .already)
          try await node.flush()
          let stored = try await bench.server.rclone(["cat", "s:\(bench.bucket)/out/second"])
          #expect(stored.output == [UInt8](repeating: 0, count: 3_000_000))
          try await node.unmount()
        }
      }
    }

    @Test func `a prefix of 10,000 objects lands complete on every node`() async throws {
      try await withStoreBench { bench in
        _ = try await bench.shell(
          """
          mkdir ~/src && cd ~/src && for d in $(seq 100); do mkdir d$d && cd d$d && seq -f '%.0f of '$d 100 |
          split -l 1 -a 2 - f && cd ..; done
          """)
        let source = bench.nodeHome.appending("src").string
        try await bench.server.rclone(
          [
            "copy", "--transfers", "32", "--no-check-dest", "--s3-no-head", source,
            "s:\(bench.bucket)/many",
          ])
        let uri = bench.at("many")
        let content = try await bench.here.look(at: uri)
        let remote = try await bench.remote()
        for name in ["dev", "dev-worker1"] {
          let home = bench.nodeHome.appending(name)
          _ = try await run("mkdir", [home.string])
          let path = "\(ObjectStoreTools.folder):/usr/bin:/bin"
          let node = NodeStorage(LocalShell(name, home: home, path: path), here: bench.here)
          let report = try await node.copy(uri, content, remote: remote, to: "~/many")
          #expect(report.transferred == 10_000)
          let difference = try await run("diff", ["-r", source, home.appending("many").string])
          #expect(difference.status == 0 && difference.text.isEmpty, "\(difference.text)")
        }
      }
    }
  }
}
