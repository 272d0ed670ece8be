import SkySync
import Support
import SystemPackage
import Testing

@testable import Clusters

extension ObjectStoreTests {
  @Suite("On this machine")
  struct HereTests {
    @Test func `a look tells objects, prefixes, nothing and missing buckets apart`() async throws {
      try await withStoreBench { bench in
        #expect(try await bench.here.look(at: bench.uri) == .nothing)
        try await bench.put("a/b.txt", "hello")
        #expect(try await bench.here.look(at: bench.uri) == .folder)
        #expect(try await bench.here.look(at: bench.at("a")) == .folder)
        #expect(try await bench.here.look(at: bench.at("a", isFolder: true)) == .folder)
        #expect(try await bench.here.look(at: bench.at("a/b.txt")) == .object(size: 5))
        #expect(try await bench.here.look(at: bench.at("a/b.txt", isFolder: true)) == .nothing)
        #expect(try await bench.here.look(at: bench.at("a/c")) == .nothing)
        let missing = BucketURI(.s3, bucket: "no-such-bucket", path: "a")
        #expect(try await bench.here.look(at: missing) == .noBucket)
        #expect(try await bench.here.list(bench.at("a")).map(\.path) == ["b.txt"])
      }
    }

    @Test func `a bucket is made once and goes with all that is in it`() async throws {
      try await withStoreBench { bench in
        let uri = BucketURI(.s3, bucket: "\(bench.bucket)-new")
        #expect(try await bench.here.create(uri))
        #expect(try await bench.here.create(uri) == false)
        try await bench.server.rclone(["rcat", "s:\(uri.bucket)/x/y"], input: [1, 2, 3])
        let size = try await bench.here.size(of: uri, patience: .seconds(10))
        #expect(size == BucketSize(count: 1, bytes: 3))
        try await bench.here.delete(uri)
        try await bench.here.delete(uri)
        #expect(try await bench.here.look(at: uri) == .noBucket)
      }
    }

    @Test func `an upload sends the files of the tree and only those, once`() async throws {
      try await withStoreBench { bench in
        let folder = bench.home
        for name in ["keep.txt", "ignored.log", "Zuß sp ace", "-dash", "#hash;x", "sub"] {
          if name == "sub" {
            _ = try await run("mkdir", [folder.appending(name).string])
            try writeFile(folder.appending("sub/x"), "in sub")
          } else {
            try writeFile(folder.appending(name), name)
          }
        }
        _ = try await run("ln", ["-s", "keep.txt", folder.appending("link").string])
        var tree = try await scan(folder).tree
        tree.entries.removeAll { $0.path == Array("ignored.log".utf8) }
        let report = try await bench.here.upload(tree, from: folder, to: bench.at("up"))
        #expect(report.transferred == 5)
        #expect(report.problems.map(\.path) == [Array("link".utf8)])
        let names = try await bench.server.rclone([
          "lsf", "-R", "--files-only", "s:\(bench.bucket)",
        ])
        #expect(
          Set(names.text.split(separator: "\n"))
            == ["up/keep.txt", "up/Zuß sp ace", "up/-dash", "up/#hash;x", "up/sub/x"])
        #expect(try await bench.object("up/sub/x") == "in sub")
        let again = try await bench.here.upload(tree, from: folder, to: bench.at("up"))
        #expect(again.transferred == 0)
      }
    }

    @Test func `one file becomes one object`() async throws {
      try await withStoreBench { bench in
        try writeFile(bench.home.appending("f"), "content")
        let file = bench.home.appending("f")
        _ = try await bench.here.upload(file: file, to: bench.at("dir/other-name"))
        #expect(try await bench.object("dir/other-name") == "content")
      }
    }

    @Test func `wrong keys are refused with their reason and without the keys`() async throws {
      let wrong = ["AWS_SECRET_ACCESS_KEY": "geheim-geheim"]
      try await withStoreBench(variables: wrong) { bench in
        let error = await #expect(throws: StorageError.self) {
          try await bench.here.look(at: bench.uri)
        }
        #expect(error?.code == .denied)
        #expect(error?.reason.contains("SignatureDoesNotMatch") == true)
        #expect(error?.description.contains("geheim") == false)
      }
    }

    @Test func `keys that may only read cannot make a bucket`() async throws {
      let server = try ObjectStoreTrait.started
      let reader = [
        "AWS_ACCESS_KEY_ID": server.reader.id, "AWS_SECRET_ACCESS_KEY": server.reader.secret,
      ]
      try await withStoreBench(variables: reader) { bench in
        let error = await #expect(throws: StorageError.self) {
          try await bench.here.create(BucketURI(.s3, bucket: "\(bench.bucket)-new"))
        }
        #expect(error?.code == .denied)
      }
    }

    @Test func `a public bucket needs no keys`() async throws {
      let none = ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""]
      try await withStoreBench(variables: none) { bench in
        try await bench.server.rclone(
          ["rcat", "s:\(bench.server.publicBucket)/read-me"], input: Array("for all".utf8))
        let open = BucketURI(.s3, bucket: bench.server.publicBucket, path: "read-me")
        #expect(try await bench.here.look(at: open) == .object(size: 7))
        let error = await #expect(throws: StorageError.self) {
          try await bench.here.look(at: bench.uri)
        }
        #expect(error?.code == .denied)
      }
    }

    @Test func `a store that is not there is an error that names store and bucket`() async throws {
      let nowhere = try freeLoopbackAddress()
      let gone = ["AWS_ENDPOINT_URL_S3": "http://\(nowhere.address):\(nowhere.port)"]
      try await withStoreBench(variables: gone) { bench in
        let error = await #expect(throws: StorageError.self) {
          try await bench.here.look(at: bench.at("some/object"))
        }
        #expect(error?.code == .unreachable)
        #expect(error?.subject == "s3://\(bench.bucket)/some/object")
        #expect(error?.reason.contains("bucket \(bench.bucket)") == true)
        #expect(error?.reason.contains("connection refused") == true)
      }
    }
  }
}
