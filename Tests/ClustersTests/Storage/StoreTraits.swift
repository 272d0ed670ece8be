import Support
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

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
@Suite("Object stores", .objectStore, .timeLimit(.minutes(20)))
struct ObjectStoreTests {}

extension Trait where Self == ConditionTrait {
  /// Only where this user may mount; Debian's udev rules let everybody.
  static var needsFUSE: Self {
    .enabled(if: access("/dev/fuse", R_OK | W_OK) == 0, "needs a /dev/fuse that this user may open")
  }
}
