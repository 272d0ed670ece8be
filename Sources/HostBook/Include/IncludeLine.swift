import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The one line in the user's own ssh config by which ssh finds the book.
public struct IncludeLine: Sendable {
  /// Where things stand.
  public enum Status: Equatable, Sendable {
    case absent
    /// Lines count from 1.
    case installed(line: Int)
    /// `after` is a line above it that may win over the book, or keep ssh from reading it.
    case slipped(line: Int, after: Int)
  }

  /// What a change would do, or did.
  public struct Change: Equatable, Sendable {
    /// The config, its link chain followed.
    public var path: FilePath
    /// nil when there is no such file.
    public var before: [UInt8]?
    /// nil when the file goes away.
    public var after: [UInt8]?
    /// Why this config is not ours to write (read-only, someone else's, generated); nil when it is.
    /// Nothing is written then: the user adds or removes `line` by hand, or uses `ssh -F`.
    public var obstacle: String?
    /// The Include line itself.
    public var line: String

    /// Whether there is anything to do.
    public var isNeeded: Bool { before != after }

    /// As `diff -u` prints it; empty when nothing changes.
    public var diff: String {
      UnifiedDiff.lines(
        before ?? [], after ?? [], oldName: before == nil ? "/dev/null" : path.string,
        newName: after == nil ? "/dev/null" : path.string)
    }
  }

  let home: SkyHome
  private let edit: IncludeEdit

  public init(_ home: SkyHome) {
    self.home = home
    edit = IncludeEdit(home)
  }

  /// `Include ~/.sky/ssh_config`, as it has to stand in the file.
  public var line: String { edit.line }

  public func status() throws(BookError) -> Status {
    switch edit.place(try snapshot().content ?? []) {
    case .absent: .absent
    case .good(let line): .installed(line: line)
    case .slipped(let line, let after): .slipped(line: line, after: after)
    }
  }

  /// What `install` would do now. Throws `.malformed` for a file that ssh itself cannot read.
  public func planInstall() throws(BookError) -> Change {
    try planInstall(try snapshot())
  }

  /// What `uninstall` would do now.
  public func planUninstall() throws(BookError) -> Change {
    try planUninstall(try snapshot())
  }

  /// Puts the Include on top, once, making the file (0600) and its folder (0700) when they are missing.
  ///
  /// Nothing is written when it is in place, or when the config is not ours to write: see `obstacle`.
  @discardableResult
  public func install() throws(BookError) -> Change {
    try perform(as: .installed) { (file) throws(BookError) in try planInstall(file) }
  }

  /// Takes the Include out, and with it the file and folder if sky made them and nothing else is there.
  @discardableResult
  public func uninstall() throws(BookError) -> Change {
    try perform(as: .uninstalled) { (file) throws(BookError) in try planUninstall(file) }
  }

  // MARK: - Plans

  private func planInstall(_ file: AtomicFile.Snapshot) throws(BookError) -> Change {
    let before = file.content
    try refuseUnreadable(before ?? [], file.target)
    let after = edit.installed(
      before ?? [], made: before == nil ? madeBefore(file.target) : .nothing)
    return change(file, after: before == nil || after != before ? after : before)
  }

  private func planUninstall(_ file: AtomicFile.Snapshot) throws(BookError) -> Change {
    guard let before = file.content else { return change(file, after: nil) }
    let after = edit.uninstalled(before)
    let goes = after.isEmpty && edit.made(before) != .nothing
    return change(file, after: goes ? nil : after)
  }

  private func change(_ file: AtomicFile.Snapshot, after: [UInt8]?) -> Change {
    Change(
      path: file.target, before: file.content, after: after, obstacle: obstacle(file), line: line)
  }

  private func madeBefore(_ config: FilePath) -> IncludeEdit.Made {
    let folder = try? FileSystem.status(config.removingLastComponent())
    return folder == nil ? .folder : .file
  }

  // MARK: - The file

  private func snapshot() throws(BookError) -> AtomicFile.Snapshot {
    do throws(Errno) {
      return try AtomicFile.snapshot(home.userConfig)
    } catch {
      throw BookError.cannotRead(home.userConfig, error)
    }
  }

  private func perform(
    as action: BookHistory.ConfigAction,
    _ plan: (AtomicFile.Snapshot) throws(BookError) -> Change
  ) throws(BookError) -> Change {
    try BookStore(home).withLock { () throws(BookError) -> Change in
      for _ in 0..<5 {
        let file = try snapshot()
        let change = try plan(file)
        guard change.isNeeded, change.obstacle == nil else { return change }
        if try write(change, over: file) {
          try BookHistory(home).record(action)
          return change
        }
      }
      throw BookError(
        .busy, home.userConfig.string, "another program keeps changing it",
        advice: "see which one writes there, and try again")
    }
  }

  private func write(_ change: Change, over file: AtomicFile.Snapshot) throws(BookError) -> Bool {
    if let after = change.after {
      try HomeFolders.make(file.target.removingLastComponent())
      AtomicFile.sweep(file.target)
      return try AtomicFile.replace(file, with: after)
    }
    do throws(Errno) {
      guard try FileSystem.read(file.target) == file.content else { return false }
      try FileSystem.unlink(file.target)
      if edit.made(file.content ?? []) == .folder {
        try FileSystem.removeFolder(file.target.removingLastComponent())
      }
      return true
    } catch {
      throw BookError.cannotWrite(file.target, error)
    }
  }

  /// Why the config is not ours to write, nil when it is.
  private func obstacle(_ file: AtomicFile.Snapshot) -> String? {
    let path = file.target.string
    if path.hasPrefix("/nix/store/") { return "\(path) is generated by Nix" }
    guard let status = file.status else {
      let folder = existingFolder(above: file.target)
      return FileSystem.isWritable(folder) ? nil : "\(folder.string) cannot be written to"
    }
    let me = geteuid()
    if me != 0, status.owner != me { return "\(path) belongs to user \(status.owner)" }
    let folder = file.target.removingLastComponent()
    if status.mode & 0o200 == 0 || !FileSystem.isWritable(file.target) {
      return "\(path) is read-only"
    }
    return FileSystem.isWritable(folder) ? nil : "\(folder.string) cannot be written to"
  }

  private func existingFolder(above path: FilePath) -> FilePath {
    var folder = path.removingLastComponent()
    while (try? FileSystem.status(folder)) == nil, folder != folder.removingLastComponent() {
      folder.removeLastComponent()
    }
    return folder
  }

  private func refuseUnreadable(_ bytes: [UInt8], _ path: FilePath) throws(BookError) {
    let marks: [[UInt8]] = [[0xef, 0xbb, 0xbf], [0xff, 0xfe], [0xfe, 0xff]]
    guard marks.contains(where: { bytes.starts(with: $0) }) else { return }
    throw BookError(
      .malformed, "\(path.string):1",
      "it begins with a byte-order mark: ssh refuses the whole file",
      advice: "save it as UTF-8 without a byte-order mark")
  }
}
