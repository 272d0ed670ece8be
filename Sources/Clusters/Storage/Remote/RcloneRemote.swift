import SystemPackage

/// One object store as rclone is told about it: pure settings, rendered for a process or for a file.
public struct RcloneRemote: Equatable, Sendable {
  /// A file of Google's that rclone has to find under a path.
  public struct GoogleFile: Equatable, Sendable {
    /// Whether it is a service account's key; else what `gcloud auth application-default login` wrote.
    public var isServiceAccount: Bool
    /// Where it is on this machine.
    public var path: FilePath
    /// What is in it, for a node.
    public var content: MaskedText

    public init(isServiceAccount: Bool, path: FilePath, content: MaskedText) {
      self.isServiceAccount = isServiceAccount
      self.path = path
      self.content = content
    }
  }

  /// rclone's options of the backend by their names in its configuration file.
  public var settings: [String: MaskedText]
  public var googleFile: GoogleFile?
  /// The authorities that sign the store's certificate, when they are not the system's.
  public var authority: Authority?

  /// A file of certificates (PEM).
  public struct Authority: Equatable, Sendable {
    /// Where it is on this machine.
    public var path: FilePath
    /// What is in it, for a node.
    public var content: String

    public init(path: FilePath, content: String) {
      self.path = path
      self.content = content
    }
  }

  public init(settings: [String: MaskedText], googleFile: GoogleFile? = nil) {
    self.settings = settings
    self.googleFile = googleFile
  }

  /// The remote's name in every rendering.
  static let name = "store"

  /// `store:bucket/path` as rclone's commands take it; a trailing slash says that `path` is a prefix.
  static func path(_ uri: BucketURI) -> String {
    let path = uri.path.isEmpty ? uri.bucket : "\(uri.bucket)/\(uri.path)"
    return "\(name):\(path)\(uri.isFolder && !uri.path.isEmpty ? "/" : "")"
  }

  /// The variables that define the remote for one process (rclone.org/docs, "Environment variables").
  /// `file` is where the Google file is for that process.
  func environment(googleFileAt file: String? = nil) -> [String: MaskedText] {
    var variables: [String: MaskedText] = [:]
    for (key, value) in settings(googleFileAt: file) {
      variables["RCLONE_CONFIG_\(Self.name.uppercased())_\(key.uppercased())"] = value
    }
    if let googleFile, !googleFile.isServiceAccount, let file {
      variables["GOOGLE_APPLICATION_CREDENTIALS"] = MaskedText(file)
    }
    // The variable of the AWS tools itself breaks rclone before 1.61.
    if let authority { variables["RCLONE_CA_CERT"] = MaskedText(authority.path.string) }
    return variables
  }

  /// The remote as a configuration file; goes into a file of mode 0600 and nowhere else.
  func configuration(googleFileAt file: String? = nil) -> MaskedText {
    let lines = settings(googleFileAt: file).sorted { $0.key < $1.key }
    func text(_ value: (MaskedText) -> String) -> String {
      "[\(Self.name)]\n" + lines.map { "\($0.key) = \(value($0.value))\n" }.joined()
    }
    return MaskedText(secret: text(\.value), shown: text(\.shown))
  }

  private func settings(googleFileAt file: String?) -> [String: MaskedText] {
    var all = settings
    if let googleFile, googleFile.isServiceAccount, let file {
      all["service_account_file"] = MaskedText(file)
    }
    return all
  }

  /// The setting that a file cannot carry (rclone's file has one line a value), nil when all are fine.
  var unwritableSetting: String? {
    settings.sorted { $0.key < $1.key }.first { _, value in
      value.value.utf8.contains { $0 < 0x20 || $0 == 0x7f }
    }?.key
  }
}
