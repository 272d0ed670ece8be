import SystemPackage

extension BookStore {
  /// What an undo brought back.
  public struct Undone: Equatable, Sendable {
    /// Aliases that are there again, that are gone again, and that mean what they meant before.
    public var restored: [String] = []
    public var removed: [String] = []
    public var changed: [String] = []
    /// What was done to the user's own config; nil when it was not touched.
    public var config: IncludeLine.Goal?
  }

  /// Goes back to the state before the last change of ours; nil when nothing is left to go back to.
  ///
  /// Called again it goes back further, up to 20 changes. Works also when the book is malformed. What the
  /// user wrote into the own config since stays.
  public func undo() throws(BookError) -> Undone? {
    let history = BookHistory(home)
    return try withLock { () throws(BookError) in
      // To put a damaged book right comes before anything about the Include.
      let isDamaged = (try? read()) == nil
      for record in history.records() {
        let goal = history.config(in: record)
        if isDamaged, goal != nil { continue }
        let undone =
          if let goal {
            try restore(config: goal)
          } else {
            try restore(record, history)
          }
        history.discard(record)
        if let undone { return undone }
      }
      return nil
    }
  }

  /// nil when the user's config is already as it was.
  private func restore(config goal: IncludeLine.Goal) throws(BookError) -> Undone? {
    let change = try IncludeLine(home).reachLocked(goal, history: nil)
    guard change.isNeeded else { return nil }
    if let obstacle = change.obstacle {
      throw BookError(
        .cannotWrite, change.path.string, "cannot take the change of it back: \(obstacle)",
        advice: "the line in question is `\(change.line)`")
    }
    return Undone(config: goal)
  }

  /// nil when everything is already as the record says, or the record is no good.
  private func restore(_ record: FilePath, _ history: BookHistory) throws(BookError) -> Undone? {
    guard let oldBook = try history.content(of: home.book, in: record),
      let oldPins = try history.content(of: home.knownHosts, in: record),
      let book = try? text.parse(oldBook ?? [])
    else { return nil }
    let bookFile = try snapshot(home.book)
    let pinFile = try snapshot(home.knownHosts)
    guard bookFile.content != oldBook || pinFile.content != oldPins else { return nil }
    // As in every change: no book ever needs a key that is not there.
    let union = Pins(parsing: pinFile.content ?? []).union(Pins(parsing: oldPins ?? []))
    if union.render() != pinFile.content ?? [] { try put(union.render(), over: pinFile) }
    try put(oldBook, over: bookFile)
    try InlineRefresh.run(home, book: oldBook ?? [])
    try put(oldPins, over: try snapshot(home.knownHosts))
    return Self.difference(from: try? text.parse(bookFile.content ?? []), to: book)
  }

  private func put(_ content: [UInt8]?, over file: AtomicFile.Snapshot) throws(BookError) {
    if content == file.content { return }
    try Ownership.check(file)
    if let content {
      guard try AtomicFile.replace(file, with: content, mode: 0o600) else {
        throw BookError(.busy, file.target.string, "another program is changing it")
      }
      return
    }
    do throws(Errno) {
      try FileSystem.unlink(file.target)
    } catch {
      throw BookError.cannotWrite(file.target, error)
    }
  }

  private static func difference(from now: Book?, to then: Book) -> Undone {
    var undone = Undone()
    var known: [String: AliasEntry] = [:]
    for entry in now?.entries ?? [] { known[entry.alias] = entry }
    for entry in then.entries {
      let current = known.removeValue(forKey: entry.alias)
      if current == nil { undone.restored.append(entry.alias) }
      if let current, current != entry { undone.changed.append(entry.alias) }
    }
    undone.removed = known.keys.sorted()
    return undone
  }
}

/// Writes the book into the user's config when it is kept there inline.
enum InlineRefresh {
  /// Does nothing when there is no inline section, when its markers do not fit together (the doctor
  /// finds that), or when the config is not ours to write.
  static func run(_ home: SkyHome, book: [UInt8]) throws(BookError) {
    for _ in 0..<5 {
      let file = try UserConfigFile.snapshot(home)
      guard let content = file.content, UserConfigFile.obstacle(file) == nil,
        let new = try? InlineSection.refreshed(content, book: book), new != content
      else { return }
      if try AtomicFile.replace(file, with: new) { return }
    }
    throw UserConfigFile.busy(home)
  }
}
