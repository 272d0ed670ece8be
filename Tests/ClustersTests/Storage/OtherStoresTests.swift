import Support
import SystemPackage
import Testing

@testable import Clusters

extension ObjectStoreTests {
  @Suite("Cloudflare's and IBM's settings, at the S3 server", .needsFUSE)
  struct OtherStoresTests {
    /// The keys as users of the two stores keep them, with the address of the server.
    private func write(_ bench: StoreBench) async throws {
      for folder in [".cloudflare", ".ibm"] {
        _ = try await run("mkdir", [bench.home.appending(folder).string])
      }
      let owner = bench.server.owner
      try writeFile(
        bench.home.appending(".cloudflare/r2.credentials"),
        """
        [r2]
        aws_access_key_id = \(owner.id)
        aws_secret_access_key = \(owner.secret)
        endpoint_url = \(bench.server.endpoint)
        """)
      try writeFile(
        bench.home.appending(".ibm/credentials.yaml"),
        """
        access_key_id: \(owner.id)
        secret_access_key: \(owner.secret)
        endpoint_url: \(bench.server.endpoint)
        """)
    }

    @Test(
      "a bucket is made, mounted, written, copied and deleted",
      arguments: [(ObjectStore.r2, nil), (.ibm, "eu-de")] as [(ObjectStore, String?)])
    func roundTrip(_ store: ObjectStore, _ region: String?) async throws {
      try await withStoreBench { bench in
        try await write(bench)
        let uri = BucketURI(store, region: region, bucket: "\(bench.bucket)-\(store.rawValue)")
        #expect(try await bench.here.create(uri))
        let remote = try await bench.here.remote(store, region: region)
        let mount = MountSpec(uri, remote: remote, target: "~/mounted", isCached: true)
        #expect(try await bench.node.mount(mount) == .now)
        _ = try await bench.shell("mkdir ~/mounted/d && echo hello >~/mounted/d/f")
        try await bench.node.flush()
        #expect(try await bench.here.list(uri).map(\.path) == ["d/f"])
        let object = BucketURI(store, region: region, bucket: uri.bucket, path: "d/f")
        _ = try await bench.node.copy(
          object, try await bench.here.look(at: object), remote: remote, to: "~/copy")
        #expect(try await bench.shell("cat ~/copy").text == "hello\n")
        try await bench.node.unmount()
        try await bench.here.delete(uri)
        #expect(try await bench.here.look(at: uri) == .noBucket)
      }
    }

    @Test func `a check says which stores can be used, and why the others cannot`() async throws {
      try await withStoreBench { bench in
        var checks = await bench.here.check()
        #expect(checks.map(\.store) == [.s3, .gcs, .r2, .ibm])
        #expect(checks.map(\.isUsable) == [true, false, false, false])
        #expect(checks[0].detail == "keys from AWS_ACCESS_KEY_ID")
        try await write(bench)
        checks = await bench.here.check()
        #expect(checks.map(\.isUsable) == [true, false, true, true])
        var environment = bench.server.environment
        environment["PATH"] = "\(ObjectStoreTools.folder):/usr/bin:/bin"
        environment["AWS_SECRET_ACCESS_KEY"] = "wrong"
        let wrong = await ObjectStores(environment: environment, home: bench.home).check(.s3)
        #expect(!wrong.isUsable)
        #expect(wrong.detail.contains("SignatureDoesNotMatch"))
      }
    }
  }
}

@Suite("Google's store", .timeLimit(.minutes(20)))
struct GoogleStoreTests {
  @Test(.needsFUSE)
  func `a bucket is made, filled, mounted, copied and deleted`() async throws {
    try await FakeGCSServer.run { server in
      try await withScratchFolder { folder in
        let path = "\(ObjectStoreTools.folder):/usr/local/bin:/usr/bin:/bin"
        let here = ObjectStores(
          environment: ["STORAGE_EMULATOR_HOST": server.endpoint, "PATH": path],
          home: folder.appending("none"))
        let host = LocalShell("node", home: folder, path: path)
        let node = NodeStorage(host, here: here)
        let uri = BucketURI(.gcs, bucket: "a_bucket")
        #expect(try await here.look(at: uri) == .noBucket)
        #expect(try await here.create(uri))
        try writeFile(folder.appending("file"), "from here")
        _ = try await here.upload(
          file: folder.appending("file"), to: BucketURI(.gcs, bucket: "a_bucket", path: "up/file"))
        #expect(try await server.rclone(["cat", "g:a_bucket/up/file"]).text == "from here")
        let remote = try await here.remote(.gcs)
        do {
          try await node.mount(MountSpec(uri, remote: remote, target: "~/m"))
          try writeFile(folder.appending("m/new"), "from the node")
          try await node.flush()
          #expect(try await server.rclone(["cat", "g:a_bucket/new"]).text == "from the node")
          try await node.unmount()
        } catch {
          try? await node.unmount(force: true)
          throw error
        }
        let prefix = BucketURI(.gcs, bucket: "a_bucket", path: "up")
        _ = try await node.copy(
          prefix, try await here.look(at: prefix), remote: remote, to: "~/copied")
        #expect(try readFile(folder.appending("copied/file")) == Array("from here".utf8))
        try await here.delete(uri)
        #expect(try await here.look(at: uri) == .noBucket)
      }
    }
  }
}
