import SystemPackage

/// An emulator of Google's Cloud Storage of this test's own, on a loopback address of its own.
public struct FakeGCSServer: Sendable {
  public let address: String
  let port: UInt16 = 24443

  public var endpoint: String { "http://\(address):\(port)" }

  /// Runs `body` beside a server that is ready and empty; nothing of it is left afterwards.
  public static func run(
    _ body: @Sendable (FakeGCSServer) async throws -> Void
  ) async throws {
    let program = try ObjectStoreTools.find("fake-gcs-server")
    let server = FakeGCSServer(address: try freeLoopbackAddress().address)
    let place = "\(server.address):\(server.port)"
    let arguments =
      ["-backend", "memory", "-host", server.address, "-port", "\(server.port)", "-scheme", "http"]
      + ["-public-host", place, "-external-url", server.endpoint]
    try await withScratchFolder { folder in
      try await GuardedProgram.run(
        program, arguments, log: folder.appending("log"),
        isUp: { try await server.rclone(["lsd", "g:"]).status == 0 }
      ) { try await body(server) }
    }
  }

  /// Runs rclone on it; the store is `g:`. Not the code under test: an oracle.
  @discardableResult
  public func rclone(_ arguments: [String], input: [UInt8] = []) async throws -> ProgramResult {
    try await Support.run(
      ObjectStoreTools.find("rclone").string,
      ["--config", "", "--retries", "1", "--low-level-retries", "1"] + arguments, input: input,
      environment: [
        "RCLONE_CONFIG_G_TYPE": "google cloud storage", "RCLONE_CONFIG_G_ANONYMOUS": "true",
        "RCLONE_CONFIG_G_ENDPOINT": "\(endpoint)/storage/v1/",
        "RCLONE_CONFIG_G_BUCKET_POLICY_ONLY": "true", "RCLONE_CONFIG_G_PROJECT_NUMBER": "test",
      ])
  }
}
