import SystemPackage

/// The object stores as this machine can use them: its rclone and its user's keys.
public struct ObjectStores: Sendable {
  let user: UserFiles

  /// - Parameters:
  ///   - environment: where AWS_…, GOOGLE_… and PATH are looked up; nothing else reads the process's own.
  ///   - home: where `~/.aws`, `~/.config/gcloud`, `~/.cloudflare` and `~/.ibm` are.
  public init(environment: [String: String], home: FilePath) {
    user = UserFiles(environment: environment, home: home)
  }

  func rclone() throws(StorageError) -> Rclone { try Rclone.find(user.environment) }

  /// How rclone gets at a bucket, here and on a node: only the keys of this one store are in it.
  ///
  /// Without keys the stores that have public buckets are used without any.
  /// - Parameter region: of IBM's store, whose buckets are found by it.
  public func remote(
    _ store: ObjectStore, region: String? = nil
  ) async throws(StorageError) -> RcloneRemote {
    var remote = try await unchecked(store, region)
    if remote.settings["type"] == "s3" { remote.authority = try user.amazon().authority }
    guard let setting = remote.unwritableSetting else { return remote }
    throw StorageError(
      .noCredentials, store.title,
      "the value for \(setting) holds a line break or control character",
      advice: "Correct it where it comes from; `sky check` says where that is.")
  }

  private func unchecked(
    _ store: ObjectStore, _ region: String?
  ) async throws(StorageError) -> RcloneRemote {
    switch store {
    case .s3:
      let settings = try user.amazon()
      let access = S3Access(
        keys: try await keys(settings), region: settings.region, endpoint: settings.endpoint)
      return .s3(access)
    case .gcs: return .gcs(try user.google())
    case .r2:
      guard let (access, account) = try user.cloudflare() else {
        throw noKeys(
          store, "~/.cloudflare/r2.credentials",
          "Run `AWS_SHARED_CREDENTIALS_FILE=~/.cloudflare/r2.credentials aws configure "
            + "--profile r2`, and write the account id to ~/.cloudflare/accountid.")
      }
      return .r2(access, account: account)
    case .ibm:
      guard let access = try user.ibm() else {
        throw noKeys(
          store, "~/.ibm/credentials.yaml",
          "Write access_key_id and secret_access_key of a service credential with HMAC there.")
      }
      return .ibm(access, region: region ?? "us-south")
    }
  }

  private func keys(_ settings: AmazonSettings) async throws(StorageError) -> S3Access.Keys? {
    switch settings.keys {
    case .none: nil
    case .keys(let keys, _): keys
    case .madeBy(let command, let profile):
      try await ExportedKeys.make(command: command, profile: profile, user: user)
    }
  }

  private func noKeys(_ store: ObjectStore, _ file: String, _ advice: String) -> StorageError {
    StorageError(
      .noCredentials, store.title, "no keys were found: \(file) does not exist", advice: advice)
  }
}

extension ObjectStore {
  /// As people call it.
  public var title: String {
    switch self {
    case .s3: "S3"
    case .gcs: "Google Cloud Storage"
    case .r2: "Cloudflare R2"
    case .ibm: "IBM Cloud Object Storage"
    }
  }
}
