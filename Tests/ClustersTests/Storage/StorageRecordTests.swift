import HostBook
import Support
import SystemPackage
import Testing

@testable import Clusters

@Suite("The record of buckets")
struct StorageRecordTests {
  private static func bucket(
    _ name: String, isOurs: Bool = true, persistent: Bool = true
  ) -> StorageRecord {
    StorageRecord(
      store: .s3, bucket: name, source: "./data", mode: .mount, persistent: persistent,
      isOurs: isOurs, createdAt: .noon)
  }

  private func withState(_ body: (StateStore) async throws -> Void) async throws {
    try await withScratchFolder { folder in
      let state = try StateStore.open(SkyHome(in: folder))
      for name in ["dev", "exp"] {
        var cluster = ClusterRecord.dev
        cluster.name = name
        try await state.save(cluster)
      }
      try await body(state)
    }
  }

  @Test func `what is saved is read, with the clusters that use it`() async throws {
    try await withState { state in
      try await state.save(Self.bucket("b"), usedBy: "exp")
      try await state.save(Self.bucket("b"), usedBy: "dev")
      try await state.save(Self.bucket("a"), usedBy: nil)
      var expected = [Self.bucket("a"), Self.bucket("b")]
      expected[1].clusters = ["dev", "exp"]
      #expect(try await state.storage() == expected)
    }
  }

  @Test func `once ours it stays ours, and the day it was made stays too`() async throws {
    try await withState { state in
      try await state.save(Self.bucket("b"), usedBy: nil)
      var again = Self.bucket("b", isOurs: false)
      again.mode = .copy
      again.createdAt = .now()
      try await state.save(again, usedBy: "dev")
      let found = try #require(try await state.storage().first)
      #expect(found.isOurs)
      #expect(found.createdAt == .noon)
      #expect(found.mode == .copy)
    }
  }

  @Test func `a cluster that is gone uses nothing, and others' buckets are forgotten with it`()
    async throws
  {
    try await withState { state in
      try await state.save(Self.bucket("ours"), usedBy: "dev")
      try await state.save(Self.bucket("theirs", isOurs: false), usedBy: "dev")
      try await state.removeCluster("dev")
      #expect(try await state.storage().map(\.bucket) == ["ours"])
      #expect(try await state.storage().map(\.clusters) == [[]])
    }
  }

  @Test func `a bucket that is not persistent goes with its last cluster`() async throws {
    try await withState { state in
      try await state.save(Self.bucket("stays"), usedBy: "dev")
      try await state.save(Self.bucket("goes", persistent: false), usedBy: "dev")
      try await state.save(Self.bucket("shared", persistent: false), usedBy: "dev")
      try await state.save(Self.bucket("shared", persistent: false), usedBy: "exp")
      try await state.save(Self.bucket("theirs", isOurs: false, persistent: false), usedBy: "dev")
      #expect(try await state.storageLeaving(with: "dev").map(\.bucket) == ["goes"])
    }
  }

  @Test func `only what sky made and nobody uses may be deleted`() async throws {
    try await withState { state in
      try await state.save(Self.bucket("free-bucket"), usedBy: nil)
      try await state.save(Self.bucket("used"), usedBy: "dev")
      try await state.save(Self.bucket("theirs", isOurs: false), usedBy: "dev")
      let here = ObjectStores(environment: [:], home: "/nowhere")
      let delete = DeleteStorage(state, here: here)
      #expect(try await delete.choose(nil).map(\.bucket) == ["free-bucket"])
      #expect(try await delete.choose(["s3://free-bucket", "free-bucket"]).count == 1)
      let errors = [
        "used": StorageError.Code.busy, "theirs": .failed, "fre-bucket": .noBucket,
      ]
      for (name, code) in errors {
        let error = await #expect(throws: StorageError.self) { try await delete.choose([name]) }
        #expect(error?.code == code)
      }
      let near = await #expect(throws: StorageError.self) {
        try await delete.choose(["fre-bucket"])
      }
      #expect(near?.reason.hasSuffix("did you mean free-bucket?") == true)
    }
  }
}

extension ObjectStoreTests {
  @Suite("Listing and deleting recorded buckets")
  struct RecordedBucketsTests {
    @Test func `sizes are the store's, and a bucket at another address is not touched`()
      async throws
    {
      try await withStoreBench { bench in
        try await bench.put("a", "12345")
        let state = try StateStore.open(SkyHome(in: bench.home))
        var record = StorageRecord(
          store: .s3, bucket: bench.bucket, endpoint: bench.server.endpoint, mode: .mount,
          isOurs: true, createdAt: .noon)
        try await state.save(record, usedBy: nil)
        var gone = record
        gone.bucket = "\(bench.bucket)-gone"
        try await state.save(gone, usedBy: nil)
        let entries = try await ListStorage(state, here: bench.here).run()
        #expect(entries.map(\.size) == [BucketSize(count: 1, bytes: 5), nil])
        #expect(entries.map(\.isGone) == [false, true])

        record.endpoint = "http://elsewhere"
        let delete = DeleteStorage(state, here: bench.here)
        let elsewhere = record
        let error = await #expect(throws: StorageError.self) { try await delete.delete(elsewhere) }
        #expect(error?.reason.hasPrefix("was made at http://elsewhere") == true)
        #expect(try await bench.object("a") == "12345")
        for record in try await delete.choose(nil) { try await delete.delete(record) }
        #expect(try await bench.here.look(at: bench.uri) == .noBucket)
        #expect(try await state.storage() == [])
      }
    }
  }
}
