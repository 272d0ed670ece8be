/// What it takes to use Google's Cloud Storage.
public struct GoogleAccess: Equatable, Sendable {
  /// nil for public buckets and emulators.
  public var file: RcloneRemote.GoogleFile?
  /// The project whose buckets are listed and made.
  public var project: String?
  /// An emulator's address with its scheme, without a path.
  public var emulator: String?

  public init(
    file: RcloneRemote.GoogleFile? = nil, project: String? = nil, emulator: String? = nil
  ) {
    self.file = file
    self.project = project
    self.emulator = emulator
  }
}

extension RcloneRemote {
  /// Google's Cloud Storage (rclone.org/googlecloudstorage).
  public static func gcs(_ access: GoogleAccess) -> RcloneRemote {
    var remote = RcloneRemote(settings: ["type": "google cloud storage"])
    // Buckets with uniform access refuse the ACLs that rclone would send.
    remote.set("bucket_policy_only", "true")
    remote.set("no_check_bucket", "true")
    if let project = access.project { remote.set("project_number", project) }
    if let emulator = access.emulator {
      remote.set("endpoint", "\(emulator)/storage/v1/")
      if access.project == nil { remote.set("project_number", "emulator") }
      remote.set("anonymous", "true")
    } else if let file = access.file {
      remote.googleFile = file
      if !file.isServiceAccount { remote.set("env_auth", "true") }
    } else {
      remote.set("anonymous", "true")
    }
    return remote
  }
}
