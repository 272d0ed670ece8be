import HostBook
import SkySync
import SystemPackage

/// A file or folder here that goes into a bucket.
struct UploadSource: Sendable {
  var path: FilePath
  /// Where in the bucket; empty for its root, which a folder's content gets.
  var object: String
  var isFolder: Bool
  var look: SharedLook

  /// A single folder's content becomes the bucket's; of a list each goes in under its own name.
  static func all(
    of spec: StorageSpec, _ folder: FilePath, _ home: FilePath, _ git: GitEnvironment
  ) throws(StorageError) -> [UploadSource] {
    guard case .local(let paths) = spec.source else { return [] }
    var sources: [UploadSource] = []
    for text in paths {
      sources.append(try one(text, isOnly: paths.count == 1, folder, home, git))
    }
    return sources
  }

  private static func one(
    _ text: MaskedText, isOnly: Bool, _ folder: FilePath, _ home: FilePath, _ git: GitEnvironment
  ) throws(StorageError) -> UploadSource {
    let path = resolve(text.value, folder, home)
    let name = path.lastComponent?.string ?? ""
    switch try kind(of: path, text) {
    case .folder:
      return UploadSource(
        path: path, object: isOnly ? "" : name, isFolder: true,
        look: SharedLook(at: path, git, isMount: true))
    case .file:
      return UploadSource(
        path: path, object: name, isFolder: false, look: SharedLook(atFile: path))
    default:
      throw StorageError(.noSource, text.shown, "\(path) is no file or folder")
    }
  }

  private static func resolve(_ text: String, _ folder: FilePath, _ home: FilePath) -> FilePath {
    if text == "~" { return home }
    if text.hasPrefix("~/") { return home.pushing(FilePath(String(text.dropFirst(2)))) }
    return folder.pushing(FilePath(text)).lexicallyNormalized()
  }

  private static func kind(
    of path: FilePath, _ text: MaskedText
  ) throws(StorageError) -> FileStatus.Kind {
    let status: FileStatus?
    do throws(Errno) { status = try FileSystem.status(path) } catch {
      throw StorageError(.noSource, text.shown, "\(path) cannot be looked at: \(error)")
    }
    guard let status else {
      throw StorageError(
        .noSource, text.shown, "\(path) does not exist",
        advice: "A relative source is taken from the folder where sky runs.")
    }
    return status.kind
  }
}
