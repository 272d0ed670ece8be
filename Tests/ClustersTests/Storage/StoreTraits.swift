import Support
import Testing

/// Starts an S3 server for a suite; its tests find it by `ObjectStoreTrait.started`.
struct ObjectStoreTrait: SuiteTrait, TestScoping {
  @TaskLocal private static var server: ObjectStoreServer?

  static var started: ObjectStoreServer {
    get throws { try #require(server) }
  }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
  ) async throws {
    try await ObjectStoreServer.run { server in
      try await Self.$server.withValue(server) { try await body() }
    }
  }
}

extension Trait where Self == ObjectStoreTrait {
  /// With a real S3 server beside the suite.
  static var objectStore: Self { ObjectStoreTrait() }
}

/// Tests against one real S3 server, which all of them share; each has buckets of its own.
@Suite("Object stores", .objectStore)
struct ObjectStoreTests {}
