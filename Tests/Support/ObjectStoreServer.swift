import Subprocess
import SystemPackage

/// A real S3 server (SeaweedFS) of this test's own, on a loopback address of its own.
public struct ObjectStoreServer: Sendable {
  public let address: String
  public let port: UInt16 = 28333
  /// May do everything.
  public let owner = (id: "OWNER", secret: "owner/secret+key")
  /// May read and list.
  public let reader = (id: "READER", secret: "reader/secret+key")
  /// May be read without keys.
  public let publicBucket = "public-bucket"

  public var endpoint: String { "http://\(address):\(port)" }

  /// The environment of a user of this store.
  public var environment: [String: String] {
    [
      "AWS_ACCESS_KEY_ID": owner.id, "AWS_SECRET_ACCESS_KEY": owner.secret,
      "AWS_ENDPOINT_URL_S3": endpoint,
    ]
  }

  /// Runs `body` beside a server that is ready; nothing of it is left afterwards.
  public static func run(
    _ body: @Sendable (ObjectStoreServer) async throws -> Void
  ) async throws {
    let weed = try ObjectStoreTools.find("weed")
    let server = ObjectStoreServer(address: try freeLoopbackAddress().address)
    try await withScratchFolder { folder in
      try writeFile(folder.appending("s3.json"), server.identities)
      try writeFile(folder.appending("iam.json"), Self.roles)
      // Its servers talk over /tmp/seaweedfs-*-PORT.sock: each needs a /tmp of its own.
      let ownTmp = ["--die-with-parent", "--dev-bind", "/", "/", "--tmpfs", "/tmp"]
      let mounted = ["--bind", folder.string, folder.string, "--ro-bind", weed.string, weed.string]
      try await GuardedProgram.run(
        "bwrap", ownTmp + mounted + [weed.string] + server.arguments(folder),
        log: folder.appending("log"),
        isUp: { try await server.rclone(["mkdir", "s:\(server.publicBucket)"]).status == 0 }
      ) { try await body(server) }
    }
  }

  /// Runs rclone as the store's owner; the store is `s:`. Not the code under test: an oracle.
  @discardableResult
  public func rclone(_ arguments: [String], input: [UInt8] = []) async throws -> ProgramResult {
    try await Support.run(
      ObjectStoreTools.find("rclone").string,
      ["--config", "", "--retries", "1", "--low-level-retries", "1"] + arguments, input: input,
      environment: [
        "RCLONE_CONFIG_S_TYPE": "s3", "RCLONE_CONFIG_S_PROVIDER": "Other",
        "RCLONE_CONFIG_S_ENDPOINT": endpoint, "RCLONE_CONFIG_S_FORCE_PATH_STYLE": "true",
        "RCLONE_CONFIG_S_ACCESS_KEY_ID": owner.id,
        "RCLONE_CONFIG_S_SECRET_ACCESS_KEY": owner.secret,
      ])
  }

  /// The environment of a session of the owner's (STS, AssumeRole): its keys work with its token only.
  public func session() async throws -> [String: String] {
    let words = ["Action=AssumeRole", "Version=2011-06-15", "RoleSessionName=test"]
    let fields = words + ["RoleArn=arn:aws:iam::role/Worker", "DurationSeconds=3600"]
    let answer = try await Support.run(
      "curl",
      ["-sS", "--aws-sigv4", "aws:amz:us-east-1:sts", "-K", "-", endpoint]
        + fields.flatMap { ["--data-urlencode", $0] },
      input: Array("user = \"\(owner.id):\(owner.secret)\"\n".utf8))
    func value(_ name: String) throws -> String {
      let parts = answer.text.split(separator: "<\(name)>", maxSplits: 1)
      guard parts.count == 2, let end = parts[1].firstIndex(of: "<") else {
        throw GuardedProgram.NotUp(words: answer.text + answer.errorText)
      }
      return String(parts[1][..<end])
    }
    return [
      "AWS_ACCESS_KEY_ID": try value("AccessKeyId"),
      "AWS_SECRET_ACCESS_KEY": try value("SecretAccessKey"),
      "AWS_SESSION_TOKEN": try value("SessionToken"),
    ]
  }

  /// A role that the owner may take, which may do everything for an hour.
  private static let roles = """
    {"sts": {"tokenDuration": "1h", "maxSessionLength": "12h", "issuer": "test",
       "signingKey": "dGVzdC1zaWduaW5nLWtleS1vZi0zMi1ieXRlcy0hISE="},
     "policy": {"defaultEffect": "Deny", "storeType": "memory"},
     "policies": [{"name": "All", "document": {"Version": "2012-10-17", "Statement": [
       {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["*"]}]}}],
     "roles": [{"roleName": "Worker", "roleArn": "arn:aws:iam::role/Worker",
       "attachedPolicies": ["All"],
       "trustPolicy": {"Version": "2012-10-17", "Statement": [
         {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["sts:AssumeRole"]}]}}]}
    """

  /// Every bucket takes several volumes, so there have to be many.
  private func arguments(_ folder: FilePath) -> [String] {
    // Its statistics would go to an outside address.
    [
      "server", "-master.telemetry=false", "-dir=\(folder)", "-ip=\(address)",
      "-ip.bind=\(address)",
    ]
      + ["-master.electionTimeout=1s", "-master.heartbeatInterval=100ms", "-master.port=29333"]
      + ["-master.volumeSizeLimitMB=1024", "-volume.port=28080", "-volume.max=5000", "-filer"]
      + ["-filer.port=28888", "-s3", "-s3.port=\(port)", "-s3.port.iceberg=0", "-s3.port.lance=0"]
      + ["-s3.config=\(folder)/s3.json", "-s3.iam.config=\(folder)/iam.json"]
  }

  private var identities: String {
    """
    {"identities": [
      {"name": "owner", "credentials": [{"accessKey": "\(owner.id)", "secretKey": "\(owner.secret)"}],
       "actions": ["Admin", "Read", "Write", "List", "Tagging"]},
      {"name": "reader",
       "credentials": [{"accessKey": "\(reader.id)", "secretKey": "\(reader.secret)"}],
       "actions": ["Read", "List"]},
      {"name": "anonymous", "actions": ["Read:\(publicBucket)", "List:\(publicBucket)"]}
    ]}
    """
  }
}

/// A server that ends with this process, whatever ends this process.
enum GuardedProgram {
  /// Runs `body` once `isUp` says so.
  static func run(
    _ program: FilePath, _ arguments: [String], log: FilePath,
    isUp: @Sendable () async throws -> Bool, _ body: @Sendable () async throws -> Void
  ) async throws {
    // The shell's input is a pipe from here: it ends when this process does.
    let guardian =
      #"log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & server=$!; read -r _; kill -9 $server; wait"#
    _ = try await Subprocess.run(
      .path("/bin/sh"),
      arguments: Arguments(["-c", guardian, "sh", log.string, program.string] + arguments),
      input: .inputWriter, output: .discarded, error: .discarded
    ) { execution in
      do {
        try await wait(isUp, log)
        try await body()
        try await execution.standardInputWriter.finish()
      } catch {
        try? await execution.standardInputWriter.finish()
        throw error
      }
    }
  }

  private static func wait(_ isUp: @Sendable () async throws -> Bool, _ log: FilePath) async throws
  {
    for _ in 0..<300 {
      if try await isUp() { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw NotUp(words: String(decoding: try readFile(log).suffix(2000), as: UTF8.self))
  }

  struct NotUp: Error { var words: String }
}
