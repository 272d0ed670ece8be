import HostBook
import SkySync
import SystemPackage

/// What of this machine goes to the nodes, and where; checked before anything is created.
struct TaskSources: Sendable {
  struct Source: Sendable {
    var path: FilePath
    /// The path for people; nothing of it is remembered when it is another.
    var shown: String
    var target: [UInt8]
    var shape: SyncPair.Shape
    var look: SharedLook

    var isSecret: Bool { shown != path.string }
  }

  /// Where a task runs on every node.
  static let workdir = Array("~/sky_workdir".utf8)

  var sources: [Source] = []
  /// The repository that nodes clone as their workdir; nil when the workdir is a folder here, or none.
  var repository: Repository?
  /// The workdir's absolute path or address, nil when the task has none.
  var workdir: String?
  /// What is remembered for `sky sync`.
  var entries: [SyncedEntry] = []

  /// - Parameters:
  ///   - folder: what relative paths are taken from.
  ///   - mounts: whether file mounts are synced too.
  init(
    _ task: ClusterTask, folder: FilePath, _ context: ClusterContext, mounts: Bool
  ) throws(WorkflowError) {
    let place = LocalPlace(folder: folder, home: context.home.home)
    switch task.workdir {
    case nil: break
    case .folder(let text):
      let path = try place.folder(text)
      let shown = place.shown(path, text)
      add(path, shown, Self.workdir, .contents, SharedLook(at: path, context.git))
      remember(.workdir, Self.workdir, text.isSecret ? nil : path.string)
      workdir = shown
    case .git(let url, let ref):
      let access = RepositoryAccess(home: context.home, environment: context.environment)
      let address = RepositoryAddress(url)
      repository = Repository(
        address: address, ref: ref?.value, login: access.givenLogin(address, task))
      let isSecret = address.plain.isSecret || ref?.isSecret == true
      remember(
        .repository, Self.workdir, isSecret ? nil : address.plain.value,
        ref: isSecret ? nil : ref?.value)
      workdir = address.shown
    }
    for mount in mounts ? task.fileMounts : [] { try add(mount, place, context.git) }
  }

  /// What was remembered of the last task, again.
  init(again entries: [SyncedEntry], _ context: ClusterContext) throws(WorkflowError) {
    let place = LocalPlace(folder: "/", home: context.home.home)
    for entry in entries where entry.isCurrent && entry.kind != .bucket {
      guard let source = entry.source else {
        throw WorkflowError(
          .badRequest, entry.target, "its source was given with a secret, which is not remembered",
          advice: "Launch the task again.")
      }
      if entry.kind == .repository {
        let access = RepositoryAccess(home: context.home, environment: context.environment)
        let address = RepositoryAddress(MaskedText(source))
        repository = Repository(
          address: address, ref: entry.ref, login: access.givenLogin(address, ClusterTask()))
        continue
      }
      let target = Array(entry.target.utf8)
      let (path, shape, look) = try place.again(entry, source, context.git)
      add(path, path.string, target, shape, look)
    }
    self.entries = entries
  }

  private mutating func add(
    _ mount: FileMount, _ place: LocalPlace, _ git: GitEnvironment
  ) throws(WorkflowError) {
    var target = Array(mount.target.value.utf8)
    switch mount.source {
    case .local(let text):
      let (path, shape, look) = try place.source(of: mount, text, git)
      // As rsync has it: `folder/` takes the file under its own name.
      if mount.targetIsFolder, shape == .file {
        target += [UInt8(ascii: "/")] + (path.lastComponent.map { Array($0.string.utf8) } ?? [])
      }
      add(path, place.shown(path, text), target, shape, look)
      let kind: SyncedEntry.Kind =
        switch shape {
        case .contents: .folder
        case .file, .fileOrInto: .file
        }
      remember(kind, target, text.isSecret ? nil : path.string)
    case .storage, .bucket: break
    }
  }

  private mutating func add(
    _ path: FilePath, _ shown: String, _ target: [UInt8], _ shape: SyncPair.Shape,
    _ look: SharedLook
  ) {
    sources.append(
      Source(path: path, shown: shown, target: target, shape: shape, look: look))
  }

  private mutating func remember(
    _ kind: SyncedEntry.Kind, _ target: [UInt8], _ source: String?, ref: String? = nil
  ) {
    entries.append(
      SyncedEntry(kind, target: String(decoding: target, as: UTF8.self), source: source, ref: ref))
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

  /// The path, or where a secret is in it, as it was written.
  func shown(_ path: FilePath, _ text: MaskedText) -> String {
    text.isSecret ? text.shown : path.string
  }

  func folder(_ text: MaskedText) throws(WorkflowError) -> FilePath {
    let path = resolve(text.value)
    guard try status(path)?.kind == .folder else {
      let what = try status(path) == nil ? "does not exist" : "is not a folder"
      throw WorkflowError(
        .noSource, "workdir \(text)", "\(shown(path, text)) \(what)",
        advice: "A relative workdir is taken from the folder where sky runs, \(folder).")
    }
    return path
  }

  typealias Found = (path: FilePath, shape: SyncPair.Shape, look: SharedLook)

  func source(
    of mount: FileMount, _ text: MaskedText, _ git: GitEnvironment
  ) throws(WorkflowError) -> Found {
    let path = resolve(text.value)
    switch try status(path)?.kind {
    case .folder: return (path, .contents, SharedLook(at: path, git, isMount: true))
    case .file where !mount.sourceIsFolder:
      return (path, .file, SharedLook(atFile: path))
    case nil:
      throw WorkflowError(
        .noSource, "\(mount.place): file mount source \(text)",
        "\(shown(path, text)) does not exist",
        advice: "A relative source is taken from the folder where sky runs, \(folder).")
    default:
      throw WorkflowError(
        .noSource, "\(mount.place): file mount source \(text)",
        "\(shown(path, text)) is not a \(mount.sourceIsFolder ? "folder" : "file or folder")")
    }
  }

  /// What was a file or folder at launch has to be one still.
  func again(
    _ entry: SyncedEntry, _ source: String, _ git: GitEnvironment
  ) throws(WorkflowError) -> Found {
    let path = FilePath(source)
    let isFile = entry.kind == .file
    guard try status(path)?.kind == (isFile ? .file : .folder) else {
      throw WorkflowError(
        .noSource, "\(entry.target): \(source)",
        try status(path) == nil
          ? "does not exist any more" : "is not a \(isFile ? "file" : "folder") any more",
        advice: "Launch the task again when it has another source by now.")
    }
    guard isFile else {
      return (path, .contents, SharedLook(at: path, git, isMount: !entry.isWorkdir))
    }
    return (path, .file, SharedLook(atFile: path))
  }

  private func status(_ path: FilePath) throws(WorkflowError) -> FileStatus? {
    do throws(Errno) { return try FileSystem.status(path) } catch {
      throw WorkflowError(.noSource, path.string, "cannot be looked at: \(error)")
    }
  }
}
