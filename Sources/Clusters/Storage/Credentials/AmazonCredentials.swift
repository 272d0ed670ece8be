import SystemPackage

/// Where keys for S3 were found.
enum AmazonKeys: Equatable, Sendable {
  case none
  case keys(S3Access.Keys, from: String)
  /// Only the AWS tools can make them: by the profile's own command line, or by `aws` itself (SSO, roles).
  case madeBy(command: String?, profile: String)
}

/// The settings of the AWS tools that matter to a bucket
/// (docs.aws.amazon.com, AWS SDKs and Tools Reference Guide).
struct AmazonSettings: Equatable, Sendable {
  var keys = AmazonKeys.none
  var region: String?
  var endpoint: String?
  /// The certificates that are trusted in place of the system's.
  var authority: RcloneRemote.Authority?
}

extension UserFiles {
  /// Reads the variables and the profile. The variables win, as with every AWS tool.
  func amazon() throws(StorageError) -> AmazonSettings {
    let named = variable("AWS_PROFILE") ?? variable("AWS_DEFAULT_PROFILE")
    let profile = try AmazonProfile(named ?? "default", in: self)
    if let named, !profile.exists {
      throw StorageError(
        .noCredentials, "AWS_PROFILE", "there is no profile \(named) in \(profile.files)",
        advice: "Unset AWS_PROFILE, or name one that is there.")
    }
    var settings = AmazonSettings(keys: profile.keys)
    if let id = variable("AWS_ACCESS_KEY_ID"), let secret = variable("AWS_SECRET_ACCESS_KEY") {
      let token = variable("AWS_SESSION_TOKEN").map { MaskedText(secret: $0) }
      settings.keys = .keys(
        S3Access.Keys(id: id, secret: MaskedText(secret: secret), sessionToken: token),
        from: "AWS_ACCESS_KEY_ID")
    }
    settings.region = variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION") ?? profile["region"]
    if variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?.lowercased() != "true" {
      settings.endpoint =
        variable("AWS_ENDPOINT_URL_S3") ?? variable("AWS_ENDPOINT_URL") ?? profile.endpoint
    }
    settings.authority = try authority(profile["ca_bundle"])
    return settings
  }

  /// `AWS_CA_BUNDLE`, or what the profile says.
  private func authority(_ named: String?) throws(StorageError) -> RcloneRemote.Authority? {
    guard let name = variable("AWS_CA_BUNDLE") ?? named else { return nil }
    let path = name.hasPrefix("~/") ? home.appending(String(name.dropFirst(2))) : FilePath(name)
    guard let content = try text(path) else {
      throw StorageError(
        .noCredentials, "AWS_CA_BUNDLE", "\(path) does not exist",
        advice: "Correct the variable or the profile's ca_bundle, or unset it.")
    }
    return RcloneRemote.Authority(path: path, content: content)
  }
}

/// One profile of `~/.aws/config` and `~/.aws/credentials` together.
struct AmazonProfile {
  let name: String
  /// For messages.
  let files: String
  private let config: SectionedFile
  private let values: [String: String]

  init(_ name: String, in user: UserFiles) throws(StorageError) {
    let config = user.path("AWS_CONFIG_FILE", ".aws/config")
    let credentials = user.path("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials")
    self.name = name
    files = "\(config) and \(credentials)"
    self.config = SectionedFile(try user.text(config) ?? "")
    let section = name == "default" ? [name, "profile default"] : ["profile \(name)"]
    var values = section.compactMap { [config = self.config] in config.sections[$0] }
      .reduce(into: [:]) { $0.merge($1) { $1 } }
    values.merge(SectionedFile(try user.text(credentials) ?? "").sections[name] ?? [:]) { $1 }
    self.values = values
  }

  var exists: Bool { !values.isEmpty }

  subscript(key: String) -> String? { values[key].flatMap { $0.isEmpty ? nil : $0 } }

  var endpoint: String? {
    let services = self["services"].flatMap { config.sections["services \($0)"] }
    return services?["s3.endpoint_url"] ?? self["endpoint_url"]
  }

  var keys: AmazonKeys {
    if self["role_arn"] != nil || self["sso_session"] != nil || self["sso_start_url"] != nil {
      return .madeBy(command: nil, profile: name)
    }
    if let id = self["aws_access_key_id"], let secret = self["aws_secret_access_key"] {
      let token = self["aws_session_token"].map { MaskedText(secret: $0) }
      let keys = S3Access.Keys(id: id, secret: MaskedText(secret: secret), sessionToken: token)
      return .keys(keys, from: "profile \(name) of \(files)")
    }
    if let command = self["credential_process"] {
      return .madeBy(command: command, profile: name)
    }
    return .none
  }
}
