import SystemPackage

/// The one line in the user's own ssh config by which ssh finds the book.
public struct IncludeLine: Sendable {
  /// Where things stand. Lines count from 1.
  public enum Status: Equatable, Sendable {
    case absent
    case installed(line: Int)
    /// `after` is a line above it that may win over the book, or keep ssh from reading it.
    case slipped(line: Int, after: Int)
    /// The book itself is in the config, for clients that ignore Include.
    case inline(line: Int)
  }

  /// What the config shall hold of us.
  public enum Goal: Equatable, Sendable {
    case include
    /// The whole book between markers; every change of the book writes it anew.
    case inline
    case nothing
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
  let edit: IncludeEdit

  public init(_ home: SkyHome) {
    self.home = home
    edit = IncludeEdit(home)
  }

  /// `Include ~/.sky/ssh_config`, as it has to stand in the file.
  public var line: String { edit.line }

  /// Throws `.malformed` when there are markers of an inline section that do not fit together.
  public func status() throws(BookError) -> Status {
    try located { () throws(BookError) in
      try edit.place(try UserConfigFile.snapshot(home).content ?? [])
    }
  }

  /// What `reach` would do now. Throws `.malformed` for a file that ssh itself cannot read, or whose
  /// inline markers do not fit together.
  public func plan(_ goal: Goal) throws(BookError) -> Change {
    try plan(goal, try UserConfigFile.snapshot(home))
  }

  /// Makes the config hold what `goal` says, and nothing else of ours.
  ///
  /// For `include` and `inline` a missing file (0600) and folder (0700) are made; `nothing` takes them
  /// away again when sky made them and nothing else is in them. Nothing is written when all is as it
  /// should be, or when the config is not ours to write: see `obstacle`.
  @discardableResult
  public func reach(_ goal: Goal) throws(BookError) -> Change {
    try BookStore(home).withLock { () throws(BookError) in
      try reachLocked(goal, history: BookHistory(home))
    }
  }

  /// As `reach`, for a caller who holds the lock; nil for `history` makes it a change that no undo takes back.
  func reachLocked(_ goal: Goal, history: BookHistory?) throws(BookError) -> Change {
    for _ in 0..<5 {
      let file = try UserConfigFile.snapshot(home)
      let change = try plan(goal, file)
      guard change.isNeeded, change.obstacle == nil else { return change }
      let record = try history?.record(wasConfig: try reached(in: file))
      var done = false
      defer { if !done, let record { history?.discard(record) } }
      done = try write(change, over: file)
      if done {
        history?.prune()
        return change
      }
    }
    throw UserConfigFile.busy(home)
  }

  /// Puts the Include on top, once.
  @discardableResult
  public func install() throws(BookError) -> Change { try reach(.include) }

  /// Takes all that is ours out.
  @discardableResult
  public func uninstall() throws(BookError) -> Change { try reach(.nothing) }

  // MARK: - Plans

  private func plan(_ goal: Goal, _ file: AtomicFile.Snapshot) throws(BookError) -> Change {
    let before = file.content
    let after: [UInt8]? = try located { () throws(BookError) in
      switch goal {
      case .nothing:
        guard let before else { return nil }
        let rest = try edit.uninstalled(before)
        return rest.isEmpty && edit.made(before) != .nothing ? nil : rest
      case .include:
        try UserConfigFile.refuseUnreadable(before ?? [], file.target)
        return try edit.installed(before ?? [], made: made(file))
      case .inline:
        try UserConfigFile.refuseUnreadable(before ?? [], file.target)
        let store = BookStore(home)
        let text = try store.text.render(try store.read())
        return try edit.inlined(before ?? [], book: text, made: made(file))
      }
    }
    return Change(
      path: file.target, before: before, after: after, obstacle: UserConfigFile.obstacle(file),
      line: line)
  }

  private func reached(in file: AtomicFile.Snapshot) throws(BookError) -> Goal {
    switch try edit.place(file.content ?? []) {
    case .absent: .nothing
    case .inline: .inline
    case .installed, .slipped: .include
    }
  }

  /// What the mark has to remember.
  private func made(_ file: AtomicFile.Snapshot) -> IncludeEdit.Made {
    if let content = file.content { return edit.made(content) }
    let folder = try? FileSystem.status(file.target.removingLastComponent())
    return folder == nil ? .folder : .file
  }

  private func write(_ change: Change, over file: AtomicFile.Snapshot) throws(BookError) -> Bool {
    if let after = change.after {
      try HomeFolders.make(file.target.removingLastComponent())
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

  /// Marker errors know their line; here they get their file.
  private func located<Result>(
    _ body: () throws(BookError) -> Result
  ) throws(BookError) -> Result {
    do throws(BookError) {
      return try body()
    } catch {
      var error = error
      if error.subject.hasPrefix(InlineSection.subject) {
        let line = error.subject.dropFirst(InlineSection.subject.count)
        error.subject = "\(home.userConfig.string):\(line)"
      }
      throw error
    }
  }
}
