import HostBook
import SkySync
import SystemPackage

/// What of this machine goes to the nodes, and where; checked before anything is created.
struct TaskSources: Sendable {
  struct Source: Sendable {
    var path: FilePath
    var target: [UInt8]
    var shape: SyncPair.Shape
    var look: SharedLook
  }

  /// Where a task runs on every node.
  static let workdir = Array("~/sky_workdir".utf8)

  var sources: [Source] = []
  /// The workdir's absolute path here, nil when the task has none.
  var workdir: FilePath?

  /// - Parameters:
  ///   - folder: what relative paths are taken from.
  ///   - mounts: whether file mounts are synced too.
  init(
    _ task: ClusterTask, folder: FilePath, home: FilePath, git: GitEnvironment, mounts: Bool
  ) throws(WorkflowError) {
    let place = LocalPlace(folder: folder, home: home)
    if let workdir = task.workdir {
      let path = try place.folder(of: workdir)
      self.workdir = path
      sources.append(
        Source(
          path: path, target: Self.workdir, shape: .contents, look: SharedLook(at: path, git)))
    }
    for mount in mounts ? task.fileMounts : [] {
      guard case .local(let text) = mount.source else { continue }
      sources.append(try place.source(of: mount, text, git))
    }
  }
}

/// Turns paths of a task file into paths of this machine.
private struct LocalPlace {
  let folder: FilePath
  let home: FilePath

  func resolve(_ text: String) -> FilePath {
    if text == "~" { return home }
    if text.hasPrefix("~/") { return home.pushing(FilePath(String(text.dropFirst(2)))) }
    return folder.pushing(FilePath(text)).lexicallyNormalized()
  }

  func folder(of workdir: ClusterTask.Workdir) throws(WorkflowError) -> FilePath {
    guard case .folder(let text) = workdir else {
      throw WorkflowError(
        .badRequest, "workdir", "a git repository as workdir is not supported yet",
        advice: "Clone it here and name the folder.")
    }
    let path = resolve(text.value)
    guard try status(path)?.kind == .folder else {
      let what = try status(path) == nil ? "does not exist" : "is not a folder"
      throw WorkflowError(
        .noSource, "workdir \(text)", "\(path) \(what)",
        advice: "A relative workdir is taken from the folder where sky runs, \(folder).")
    }
    return path
  }

  func source(
    of mount: FileMount, _ text: MaskedText, _ git: GitEnvironment
  ) throws(WorkflowError) -> TaskSources.Source {
    let path = resolve(text.value)
    let target = Array(mount.target.value.utf8)
    switch try status(path)?.kind {
    case .folder:
      return TaskSources.Source(
        path: path, target: target, shape: .contents, look: SharedLook(at: path, git))
    case .file where !mount.sourceIsFolder:
      return TaskSources.Source(
        path: path, target: target, shape: mount.targetIsFolder ? .fileOrInto : .file,
        look: SharedLook(atFile: path))
    case nil:
      throw WorkflowError(
        .noSource, "\(mount.place): file mount source \(text)", "\(path) does not exist",
        advice: "A relative source is taken from the folder where sky runs, \(folder).")
    default:
      throw WorkflowError(
        .noSource, "\(mount.place): file mount source \(text)",
        "\(path) is not a \(mount.sourceIsFolder ? "folder" : "file or folder")")
    }
  }

  private func status(_ path: FilePath) throws(WorkflowError) -> FileStatus? {
    do throws(Errno) { return try FileSystem.status(path) } catch {
      throw WorkflowError(.noSource, path.string, "cannot be looked at: \(error)")
    }
  }
}
