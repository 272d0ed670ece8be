import Foundation
import SystemPackage

extension UserFiles {
  /// Google's order (cloud.google.com, "How Application Default Credentials works"): the variable, then
  /// what `gcloud` left. An emulator's address, as Google's libraries name it, goes before all.
  func google() throws(StorageError) -> GoogleAccess {
    let project =
      variable("GOOGLE_CLOUD_PROJECT") ?? variable("CLOUDSDK_CORE_PROJECT")
    if let emulator = variable("STORAGE_EMULATOR_HOST") {
      let address = emulator.contains("://") ? emulator : "http://\(emulator)"
      let bare = address.hasSuffix("/") ? String(address.dropLast()) : address
      return GoogleAccess(project: project, emulator: bare)
    }
    guard let (path, text) = try googleFile() else { return GoogleAccess(project: project) }
    guard let key = try? JSONDecoder().decode(GoogleKey.self, from: Data(text.utf8)) else {
      throw StorageError(
        .noCredentials, path.string, "is no file of Google credentials",
        advice: "Run `gcloud auth application-default login`, or name a service account's key "
          + "with GOOGLE_APPLICATION_CREDENTIALS.")
    }
    let file = RcloneRemote.GoogleFile(
      isServiceAccount: key.type == "service_account", path: path, content: MaskedText(secret: text)
    )
    if let known = project ?? key.project { return GoogleAccess(file: file, project: known) }
    return GoogleAccess(file: file, project: try gcloudProject())
  }

  private func googleFile() throws(StorageError) -> (FilePath, String)? {
    if let named = variable("GOOGLE_APPLICATION_CREDENTIALS") {
      let path = FilePath(named)
      guard let text = try text(path) else {
        throw StorageError(
          .noCredentials, named, "does not exist",
          advice: "GOOGLE_APPLICATION_CREDENTIALS names it: correct that, or unset it.")
      }
      return (path, text)
    }
    let path = gcloudFolder.appending("application_default_credentials.json")
    return try text(path).map { (path, $0) }
  }

  private var gcloudFolder: FilePath { path("CLOUDSDK_CONFIG", ".config/gcloud") }

  /// The project of gcloud's active configuration.
  private func gcloudProject() throws(StorageError) -> String? {
    let active = try text(gcloudFolder.appending("active_config"))
    let name = active?.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? "default"
    let path = gcloudFolder.appending("configurations").appending("config_\(name)")
    return try text(path).flatMap { SectionedFile($0).sections["core"]?["project"] }
  }
}

/// What tells the kinds of Google's files apart; the keys themselves stay unread.
private struct GoogleKey: Decodable {
  var type: String
  var project: String?

  private enum CodingKeys: String, CodingKey {
    case type
    case projectID = "project_id"
    case quotaProjectID = "quota_project_id"
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    type = try container.decode(String.self, forKey: .type)
    project =
      try container.decodeIfPresent(String.self, forKey: .projectID)
      ?? container.decodeIfPresent(String.self, forKey: .quotaProjectID)
  }
}
