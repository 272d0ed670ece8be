/// What it takes to use a store that speaks S3.
public struct S3Access: Equatable, Sendable {
  /// nil for public buckets.
  public var keys: Keys?
  public var region: String?
  /// Another address than the store's own, with its scheme.
  public var endpoint: String?

  public struct Keys: Equatable, Sendable {
    public var id: String
    public var secret: MaskedText
    /// Of keys that expire.
    public var sessionToken: MaskedText?

    public init(id: String, secret: MaskedText, sessionToken: MaskedText? = nil) {
      self.id = id
      self.secret = secret
      self.sessionToken = sessionToken
    }
  }

  public init(keys: Keys? = nil, region: String? = nil, endpoint: String? = nil) {
    self.keys = keys
    self.region = region
    self.endpoint = endpoint
  }
}

extension RcloneRemote {
  /// Amazon's S3, or whatever speaks S3 at the access's endpoint.
  public static func s3(_ access: S3Access) -> RcloneRemote {
    var remote = speakingS3(access)
    if let endpoint = access.endpoint {
      // With provider AWS, rclone would look up BUCKET.HOST in DNS.
      remote.set("provider", "Other")
      remote.set("endpoint", endpoint)
      remote.set("force_path_style", "true")
      remote.settings["region"] = access.region.map { MaskedText($0) }
    } else {
      let region = access.region ?? "us-east-1"
      remote.set("provider", "AWS")
      remote.set("region", region)
      // S3 knows its first region by no constraint (docs.aws.amazon.com, CreateBucket).
      if region != "us-east-1" { remote.set("location_constraint", region) }
    }
    return remote
  }

  /// Cloudflare's R2 (developers.cloudflare.com, "R2: rclone").
  public static func r2(_ access: S3Access, account: String) -> RcloneRemote {
    var remote = speakingS3(access)
    remote.set("provider", "Cloudflare")
    remote.set("region", "auto")
    remote.set("endpoint", access.endpoint ?? "https://\(account).r2.cloudflarestorage.com")
    if access.endpoint != nil { remote.set("force_path_style", "true") }
    return remote
  }

  /// IBM's Cloud Object Storage (cloud.ibm.com, "Endpoints and storage locations").
  public static func ibm(_ access: S3Access, region: String) -> RcloneRemote {
    var remote = speakingS3(access)
    remote.set("provider", "IBMCOS")
    remote.set("region", region)
    remote.set("location_constraint", "\(region)-smart")
    remote.set("acl", "private")
    let own = "https://s3.\(region).cloud-object-storage.appdomain.cloud"
    remote.set("endpoint", access.endpoint ?? own)
    if access.endpoint != nil { remote.set("force_path_style", "true") }
    return remote
  }

  private static func speakingS3(_ access: S3Access) -> RcloneRemote {
    var remote = RcloneRemote(settings: ["type": "s3"])
    // Keys that may only touch objects need not be allowed to look at the bucket.
    remote.set("no_check_bucket", "true")
    guard let keys = access.keys else { return remote }
    remote.set("access_key_id", keys.id)
    remote.settings["secret_access_key"] = keys.secret
    remote.settings["session_token"] = keys.sessionToken
    return remote
  }

  mutating func set(_ key: String, _ value: String) { settings[key] = MaskedText(value) }
}
