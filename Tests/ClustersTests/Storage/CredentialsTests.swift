import Support
import SystemPackage
import Testing

@testable import Clusters

@Suite("Where the stores' users keep their keys")
struct CredentialsTests {
  /// A home with files, and an environment.
  private func withUser(
    _ files: [String: String], _ environment: [String: String] = [:],
    _ body: (UserFiles) async throws -> Void
  ) async throws {
    try await withScratchFolder { home in
      for (name, text) in files {
        let path = home.pushing(FilePath(name))
        _ = try await run("mkdir", ["-p", path.removingLastComponent().string])
        try writeFile(path, text)
      }
      var all = environment
      for (name, value) in environment { all[name] = value.replacing("HOME", with: home.string) }
      try await body(UserFiles(environment: all, home: home))
    }
  }

  private static let credentials = """
    # keys
    [default]
    aws_access_key_id = DEFAULT
    aws_secret_access_key = default/secret=
    [work]
    aws_access_key_id=WORK
    aws_secret_access_key=work-secret
    aws_session_token=work-token
    """

  private static let config = """
    [default]
    region = eu-central-1
    [profile work]
    region = us-west-2
    endpoint_url = http://work.example
    s3 =
      max_concurrent_requests = 20
    services = here
    [services here]
    s3 =
      endpoint_url = http://s3.work.example
    [profile sso]
    sso_session = corp
    region = eu-west-1
    [profile made]
    credential_process = echo '{"Version": 1, "AccessKeyId": "MADE", "SecretAccessKey": "m-secret"}'
    [profile broken]
    credential_process = echo geheim; echo 'no login' >&2; exit 3
    """

  private static let aws = [".aws/credentials": credentials, ".aws/config": config]

  private func id(_ keys: AmazonKeys) -> String? {
    guard case .keys(let keys, _) = keys else { return nil }
    return keys.id
  }

  @Test func `the default profile counts when nothing else is said`() async throws {
    try await withUser(Self.aws) { user in
      let settings = try user.amazon()
      #expect(id(settings.keys) == "DEFAULT")
      #expect(settings.region == "eu-central-1")
      #expect(settings.endpoint == nil)
      guard case .keys(let keys, _) = settings.keys else { return }
      #expect(keys.secret.value == "default/secret=")
    }
  }

  @Test func `AWS_PROFILE names another, with its address and token`() async throws {
    try await withUser(Self.aws, ["AWS_PROFILE": "work"]) { user in
      let settings = try user.amazon()
      #expect(id(settings.keys) == "WORK")
      #expect(settings.region == "us-west-2")
      #expect(settings.endpoint == "http://s3.work.example")
      guard case .keys(let keys, _) = settings.keys else { return }
      #expect(keys.sessionToken?.value == "work-token")
    }
  }

  @Test(
    "addresses",
    arguments: [
      (["AWS_ENDPOINT_URL": "http://a"], "http://a"),
      (["AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_S3": "http://b"], "http://b"),
      (["AWS_ENDPOINT_URL_S3": ""], nil),
      (["AWS_ENDPOINT_URL": "http://a", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"], nil),
      (["AWS_PROFILE": "work", "AWS_ENDPOINT_URL_S3": "http://b"], "http://b"),
    ] as [([String: String], String?)])
  func addresses(_ environment: [String: String], _ expected: String?) async throws {
    try await withUser(Self.aws, environment) { user in
      let found = try user.amazon().endpoint
      #expect(found == expected)
    }
  }

  @Test func `variables win over profiles`() async throws {
    let environment = [
      "AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t",
      "AWS_REGION": "ap-south-1",
    ]
    try await withUser(Self.aws, environment) { user in
      let settings = try user.amazon()
      #expect(id(settings.keys) == "ENV")
      #expect(settings.region == "ap-south-1")
    }
  }

  @Test func `files elsewhere are found by their variables`() async throws {
    let environment = ["AWS_SHARED_CREDENTIALS_FILE": "HOME/x", "AWS_CONFIG_FILE": "~/y"]
    try await withUser(["x": Self.credentials, "y": "[default]\nregion=r\n"], environment) { user in
      let settings = try user.amazon()
      #expect(id(settings.keys) == "DEFAULT")
      #expect(settings.region == "r")
    }
  }

  @Test func `no keys are no error, a profile that is not there is one`() async throws {
    try await withUser([:]) { user in
      let found = try user.amazon()
      #expect(found == AmazonSettings())
    }
    try await withUser(Self.aws, ["AWS_PROFILE": "wrok"]) { user in
      let error = #expect(throws: StorageError.self) { try user.amazon() }
      #expect(error?.reason.hasPrefix("there is no profile wrok in ") == true)
    }
  }

  @Test func `keys that a program makes are asked of it`() async throws {
    try await withUser(Self.aws, ["AWS_PROFILE": "made", "PATH": "/usr/bin:/bin"]) { user in
      let stores = ObjectStores(environment: user.environment, home: user.home)
      let remote = try await stores.remote(.s3)
      #expect(remote.settings["access_key_id"] == "MADE")
      #expect(remote.settings["secret_access_key"]?.value == "m-secret")
    }
  }

  @Test func `a program that fails is quoted by its words, not by its answer`() async throws {
    try await withUser(Self.aws, ["AWS_PROFILE": "broken", "PATH": "/usr/bin:/bin"]) { user in
      let stores = ObjectStores(environment: user.environment, home: user.home)
      let error = await #expect(throws: StorageError.self) { try await stores.remote(.s3) }
      #expect(error?.code == .noCredentials)
      #expect(error?.description.contains("no login") == true)
      #expect(error?.description.contains("geheim") == false)
    }
  }

  @Test func `a login by SSO without the AWS program says what to do`() async throws {
    try await withUser(Self.aws, ["AWS_PROFILE": "sso", "PATH": "/nowhere"]) { user in
      let stores = ObjectStores(environment: user.environment, home: user.home)
      let error = await #expect(throws: StorageError.self) { try await stores.remote(.s3) }
      #expect(error?.code == .noCredentials)
      #expect(error?.advice?.contains("Install the AWS command line") == true)
    }
  }

  @Test func `Google's variable wins over the login, and the project is found`() async throws {
    let login = """
      {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}
      """
    let service = #"{"type": "service_account", "project_id": "sa", "private_key": "k"}"#
    let files = [
      ".config/gcloud/application_default_credentials.json": login,
      ".config/gcloud/active_config": "work\n",
      ".config/gcloud/configurations/config_work": "[core]\nproject = from-gcloud\n",
      "sa.json": service,
    ]
    try await withUser(files) { user in
      let access = try user.google()
      #expect(access.file?.isServiceAccount == false)
      #expect(access.project == "from-gcloud")
    }
    try await withUser(files, ["GOOGLE_APPLICATION_CREDENTIALS": "HOME/sa.json"]) { user in
      let access = try user.google()
      #expect(access.file?.isServiceAccount == true)
      #expect(access.file?.content.value == service)
      #expect(access.project == "sa")
    }
    try await withUser(files, ["GOOGLE_APPLICATION_CREDENTIALS": "/no/such"]) { user in
      #expect(throws: StorageError.self) { try user.google() }
    }
    try await withUser([:]) { user in
      let found = try user.google()
      #expect(found == GoogleAccess())
    }
    try await withUser(files, ["STORAGE_EMULATOR_HOST": "localhost:9023/"]) { user in
      let found = try user.google()
      #expect(found == GoogleAccess(emulator: "http://localhost:9023"))
    }
  }

  @Test func `Cloudflare's keys need the account's id beside them`() async throws {
    let keys = "[r2]\naws_access_key_id = R\naws_secret_access_key = S\n"
    try await withUser([:]) { user in
      let found = try user.cloudflare()
      #expect(found?.account == nil)
    }
    try await withUser([".cloudflare/r2.credentials": keys]) { user in
      let error = #expect(throws: StorageError.self) { _ = try user.cloudflare() }
      #expect(error?.subject.hasSuffix(".cloudflare/accountid") == true)
    }
    let both = [".cloudflare/r2.credentials": keys, ".cloudflare/accountid": "abc123\n"]
    try await withUser(both) { user in
      let found = try #require(try user.cloudflare())
      #expect(found.account == "abc123")
      #expect(found.access.keys?.id == "R")
    }
    let hostile = [".cloudflare/r2.credentials": keys, ".cloudflare/accountid": "evil.example/x"]
    try await withUser(hostile) { user in
      #expect(throws: StorageError.self) { _ = try user.cloudflare() }
    }
  }

  @Test func `IBM's file is YAML`() async throws {
    try await withUser([:]) { user in
      let found = try user.ibm()
      #expect(found == nil)
    }
    let good = "iam_api_key: k\naccess_key_id: I\nsecret_access_key: 'S:x'\n"
    try await withUser([".ibm/credentials.yaml": good]) { user in
      let found = try user.ibm()?.keys?.secret.value
      #expect(found == "S:x")
    }
    for bad in ["geheim", "access_key_id: geheim\n", "a: [geheim\n"] {
      try await withUser([".ibm/credentials.yaml": bad]) { user in
        let error = #expect(throws: StorageError.self) { try user.ibm() }
        #expect(error?.description.contains("geheim") == false)
      }
    }
  }
}
