import SystemPackage

/// One look at a local folder.
public struct FileScan: Equatable, Sendable {
  /// What is there and not ignored. A problem names what could not be read or is no file, folder or link.
  public var tree: FileTree
  /// What the rules leave out, sorted by path; a folder stands for all that is in it. Empty unless asked for.
  public var ignored: [Ignored]
  /// What git tracks, or keeps in `.git`, and the rules leave out all the same, sorted by path. Files, and
  /// folders below `.git`.
  public var trackedIgnored: [Ignored]

  /// A path that a rule leaves out.
  public struct Ignored: Equatable, Sendable {
    public var path: [UInt8]
    public var isFolder: Bool
    public var rule: Rule
    /// What the rule matched: `path` or a folder that it is in.
    public var cause: [UInt8]
    public var causeIsFolder: Bool

    public init(path: [UInt8], isFolder: Bool, rule: Rule) {
      self.init(path: path, isFolder: isFolder, rule: rule, cause: path, causeIsFolder: isFolder)
    }

    public init(
      path: [UInt8], isFolder: Bool, rule: Rule, cause: [UInt8], causeIsFolder: Bool
    ) {
      self.path = path
      self.isFolder = isFolder
      self.rule = rule
      self.cause = cause
      self.causeIsFolder = causeIsFolder
    }
  }

  public init(tree: FileTree, ignored: [Ignored] = [], trackedIgnored: [Ignored] = []) {
    self.tree = tree
    self.ignored = ignored
    self.trackedIgnored = trackedIgnored
  }
}

/// Reads names, kinds, modes, sizes and times of all that is below `root`; no file's content.
///
/// Links are not followed, except `root` itself. Ignored folders are not entered. Blocks no thread of the
/// cooperative pool. What changes while it is read is seen as it was before or after, or not at all.
///
/// - Parameters:
///   - rules: what to leave out; `IgnoreRules.load` reads those of a folder.
///   - listsIgnored: whether to give the list of what was left out.
/// - Throws: `noSource` when `root` is not a folder that can be opened, `cancelled`.
public func scan(
  _ root: FilePath, ignore rules: IgnoreRules = .none, listsIgnored: Bool = false
) async throws(SyncError) -> FileScan {
  let run = try ScanRun(root, rules: rules, listsIgnored: listsIgnored)
  let result = await withTaskCancellationHandler {
    await withCheckedContinuation { continuation in
      run.start { continuation.resume(returning: $0) }
    }
  } onCancel: {
    run.cancel()
  }
  return try result.get()
}

/// The one file, folder or link at `path`, not followed; its entry's path is the last part of `path`.
///
/// - Throws: `noSource` when there is none, or when it is a socket, a FIFO or a device.
public func look(at path: FilePath) throws(SyncError) -> FileEntry {
  do throws(Errno) {
    return try FolderReader.entry(path)
  } catch {
    throw SyncError(.noSource, path.string, "cannot read it: \(describe(error))")
  }
}
