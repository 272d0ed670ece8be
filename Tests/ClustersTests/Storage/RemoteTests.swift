import SystemPackage
import Testing

@testable import Clusters

@Suite("What rclone is told about a store")
struct RemoteTests {
  static let keys = S3Access.Keys(id: "ID", secret: MaskedText(secret: "geheim"))

  @Test(
    "settings",
    arguments: [
      (
        "S3 with keys", RcloneRemote.s3(S3Access(keys: keys)),
        """
        access_key_id=ID no_check_bucket=true provider=AWS region=us-east-1 \
        secret_access_key=geheim type=s3
        """
      ),
      (
        "S3 with keys that expire, elsewhere",
        .s3(
          S3Access(
            keys: S3Access.Keys(
              id: "ID", secret: MaskedText(secret: "geheim"),
              sessionToken: MaskedText(secret: "token")), region: "eu-west-3")),
        """
        access_key_id=ID location_constraint=eu-west-3 no_check_bucket=true provider=AWS \
        region=eu-west-3 secret_access_key=geheim session_token=token type=s3
        """
      ),
      (
        "a public bucket", .s3(S3Access()),
        "no_check_bucket=true provider=AWS region=us-east-1 type=s3"
      ),
      (
        "another address than Amazon's is another provider, by path",
        .s3(S3Access(endpoint: "http://127.0.0.1:9000")),
        """
        endpoint=http://127.0.0.1:9000 force_path_style=true no_check_bucket=true provider=Other \
        type=s3
        """
      ),
      (
        "R2", .r2(S3Access(keys: keys), account: "abc123"),
        """
        access_key_id=ID endpoint=https://abc123.r2.cloudflarestorage.com no_check_bucket=true \
        provider=Cloudflare region=auto secret_access_key=geheim type=s3
        """
      ),
      (
        "IBM", .ibm(S3Access(keys: keys), region: "eu-de"),
        """
        access_key_id=ID acl=private \
        endpoint=https://s3.eu-de.cloud-object-storage.appdomain.cloud \
        location_constraint=eu-de-smart no_check_bucket=true provider=IBMCOS region=eu-de \
        secret_access_key=geheim type=s3
        """
      ),
      (
        "a public bucket of Google's", .gcs(GoogleAccess()),
        "anonymous=true bucket_policy_only=true no_check_bucket=true type=google cloud storage"
      ),
      (
        "an emulator of Google's", .gcs(GoogleAccess(emulator: "http://localhost:4443")),
        """
        anonymous=true bucket_policy_only=true endpoint=http://localhost:4443/storage/v1/ \
        no_check_bucket=true project_number=emulator type=google cloud storage
        """
      ),
      (
        "Google with an application default login",
        .gcs(GoogleAccess(file: file(isServiceAccount: false), project: "p")),
        """
        bucket_policy_only=true env_auth=true no_check_bucket=true project_number=p \
        type=google cloud storage
        """
      ),
    ])
  func settings(_ name: String, _ remote: RcloneRemote, _ expected: String) {
    let settings = remote.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.value)" }
    #expect(settings.joined(separator: " ") == expected)
  }

  static func file(isServiceAccount: Bool) -> RcloneRemote.GoogleFile {
    RcloneRemote.GoogleFile(
      isServiceAccount: isServiceAccount, path: "/home/me/key.json",
      content: MaskedText(secret: "{\"private_key\": \"geheim\"}"))
  }

  @Test func `a service account's key is named by its file`() {
    let remote = RcloneRemote.gcs(GoogleAccess(file: Self.file(isServiceAccount: true)))
    #expect(
      remote.configuration(googleFileAt: "/n/google.json").value.contains(
        "service_account_file = /n/google.json\n"))
    #expect(
      remote.environment(googleFileAt: "/n/google.json")["GOOGLE_APPLICATION_CREDENTIALS"] == nil)
    let login = RcloneRemote.gcs(GoogleAccess(file: Self.file(isServiceAccount: false)))
    #expect(
      login.environment(googleFileAt: "/n/g")["GOOGLE_APPLICATION_CREDENTIALS"]?.value == "/n/g")
  }

  @Test func `no description of a remote shows a secret`() {
    let remotes = [
      RcloneRemote.s3(S3Access(keys: Self.keys)),
      .gcs(GoogleAccess(file: Self.file(isServiceAccount: true))),
    ]
    for remote in remotes {
      var dumped = ""
      dump(remote, to: &dumped)
      for text in ["\(remote)", String(reflecting: remote), dumped, "\(remote.configuration())"] {
        #expect(!text.contains("geheim"))
      }
    }
  }

  @Test func `a value with a line break would be another setting, and is refused`() {
    var remote = RcloneRemote.s3(S3Access(keys: Self.keys))
    #expect(remote.unwritableSetting == nil)
    remote.settings["region"] = "x\nendpoint = http://elsewhere"
    #expect(remote.unwritableSetting == "region")
  }

  @Test(
    "paths",
    arguments: [
      (BucketURI(.s3, bucket: "b"), "store:b"),
      (BucketURI(.s3, bucket: "b", isFolder: true), "store:b"),
      (BucketURI(.gcs, bucket: "b", path: "x/y"), "store:b/x/y"),
      (BucketURI(.ibm, region: "eu-de", bucket: "b", path: "x", isFolder: true), "store:b/x/"),
    ])
  func paths(_ uri: BucketURI, _ expected: String) {
    #expect(RcloneRemote.path(uri) == expected)
  }

  @Test(
    "options of a mount",
    arguments: [
      (StorageSpec.Mode.mount, nil, [:], ["--vfs-cache-mode=writes", "--vfs-write-back=0s"]),
      (
        .mountCached, nil, [:],
        ["--vfs-cache-mode=full", "--vfs-cache-max-size=10G", "--vfs-write-back=1s"]
      ),
      (
        .mountCached, StorageSpec.Preset.modelCheckpointReadWrite, ["vfs-read-chunk-size": "64M"],
        [
          "--vfs-cache-mode=full", "--transfers=8", "--vfs-cache-max-size=10G",
          "--vfs-read-chunk-size=64M", "--vfs-read-chunk-streams=16", "--vfs-write-back=1s",
        ]
      ),
      (
        .mountCached, .datasetReadOnly, ["vfs-write-back": "5m"],
        [
          "--read-only", "--vfs-cache-mode=full", "--vfs-cache-max-size=10G",
          "--vfs-read-chunk-size=8M", "--vfs-read-chunk-streams=0", "--vfs-write-back=5m",
        ]
      ),
    ] as [(StorageSpec.Mode, StorageSpec.Preset?, [String: String], [String])])
  func options(
    _ mode: StorageSpec.Mode, _ preset: StorageSpec.Preset?, _ cache: [String: String],
    _ expected: [String]
  ) throws {
    let spec = StorageSpec(mode: mode, preset: preset, cache: CacheOptions(options: cache))
    let mount = try #require(
      MountSpec(spec, BucketURI(.s3, bucket: "b"), remote: .s3(S3Access()), target: "/x"))
    #expect(mount.options.suffix(expected.count) == expected[...])
  }
}
