import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The book and the pinned keys on disk. Several processes may use it at once.
///
/// Reading takes no lock: files are only ever replaced whole. Every call blocks its thread, changes for
/// some milliseconds (one `ssh -G` each), or up to a minute when another process holds the lock.
public struct BookStore: Sendable {
  public let home: SkyHome
  let text: BookText
  let proof: ProofBySSH

  /// `ssh` is the program that proves a new book; a name is looked up in PATH.
  public init(_ home: SkyHome, ssh: String = "ssh") {
    self.home = home
    text = BookText(home)
    proof = ProofBySSH(home, ssh: ssh)
  }

  /// An empty book when there is none yet.
  public func read() throws(BookError) -> Book {
    try text.parse(try bytes(home.book))
  }

  public func readPins() throws(BookError) -> Pins {
    Pins(parsing: try bytes(home.knownHosts))
  }

  /// Reads, lets `body` change, proves by ssh, and writes: all under one lock, all or nothing.
  ///
  /// `body` may run again when the files were changed meanwhile without the lock. A body that throws,
  /// or changes nothing, writes nothing. Emptying a book that has entries needs `mayEmpty`: a provider
  /// that answers "no nodes" by mistake must not cost all aliases.
  @discardableResult
  public func change<Result>(
    mayEmpty: Bool = false,
    _ body: (inout Book, inout Pins) throws(BookError) -> Result
  ) throws(BookError) -> Result {
    try withLock { () throws(BookError) -> Result in
      for _ in 0..<5 {
        let before = try Before(self)
        var book = before.book
        var pins = before.pins
        let result = try body(&book, &pins)
        if !before.book.isEmpty, book.isEmpty, !mayEmpty { throw wouldEmpty(before.book) }
        if try write(book, pins, over: before) { return result }
      }
      throw BookError(
        .busy, home.book.string, "another program keeps changing it",
        advice: "see which one writes there, and try again")
    }
  }

  /// Runs `body` while no other change of the book, the pins or the user's config can happen.
  func withLock<Result>(_ body: () throws(BookError) -> Result) throws(BookError) -> Result {
    try HomeFolders.prepare(home)
    let path = home.locks.appending("book")
    let lock: FileLock
    do throws(Errno) {
      lock = try FileLock(path)
    } catch {
      guard error == .timedOut else { throw BookError.cannotWrite(path, error) }
      throw BookError(
        .busy, path.string, "another sky has held the lock for a minute",
        advice: "`fuser \(path.string)` names the process")
    }
    return try withExtendedLifetime(lock) { (_) throws(BookError) in
      // What a killed writer left: under the lock nobody else's temp files can be there.
      for path in [home.book, home.knownHosts, home.userConfig] { AtomicFile.sweep(path) }
      return try body()
    }
  }

  // MARK: - One attempt

  private struct Before {
    var bookFile: AtomicFile.Snapshot
    var pinFile: AtomicFile.Snapshot
    var book: Book
    var pins: Pins

    init(_ store: BookStore) throws(BookError) {
      bookFile = try store.snapshot(store.home.book)
      pinFile = try store.snapshot(store.home.knownHosts)
      book = try store.text.parse(bookFile.content ?? [])
      pins = Pins(parsing: pinFile.content ?? [])
    }
  }

  /// False when a file is no longer what was read.
  ///
  /// New keys are in place before the book that needs them, old ones go after it: whenever the process
  /// is killed, every alias in the book has its keys.
  private func write(_ book: Book, _ pins: Pins, over before: Before) throws(BookError) -> Bool {
    let newText = try text.render(book)
    let bookChanges = before.bookFile.content.map { $0 != newText } ?? !book.isEmpty
    let pinsChange = pins != before.pins
    guard bookChanges || pinsChange else { return true }
    try Ownership.check(before.bookFile)
    try Ownership.check(before.pinFile)
    let history = BookHistory(home)
    let record = try history.record([before.bookFile.target, before.pinFile.target])
    var pinFile = before.pinFile
    let union = before.pins.union(pins)
    if union != before.pins {
      guard try AtomicFile.replace(pinFile, with: union.render(), mode: 0o600) else {
        history.discard(record)
        return false
      }
      pinFile = try snapshot(pinFile.target)
    }
    if bookChanges {
      let changed = changedEntries(from: before.book, to: book)
      let done = try AtomicFile.replace(before.bookFile, with: newText, mode: 0o600) {
        (temp) throws(BookError) in try proof.check(changed, in: temp)
      }
      guard done else {
        history.discard(record)
        return false
      }
    }
    try InlineRefresh.run(home, book: newText)
    if pins != union { _ = try AtomicFile.replace(pinFile, with: pins.render(), mode: 0o600) }
    history.prune()
    return true
  }

  func snapshot(_ path: FilePath) throws(BookError) -> AtomicFile.Snapshot {
    do throws(Errno) {
      return try AtomicFile.snapshot(path)
    } catch {
      throw BookError.cannotRead(path, error)
    }
  }

  private func changedEntries(from old: Book, to new: Book) -> [AliasEntry] {
    var known: [String: AliasEntry] = [:]
    known.reserveCapacity(old.entries.count)
    for entry in old.entries { known[entry.alias] = entry }
    let changed = new.entries.filter { known[$0.alias] != $0 }
    // After a removal one entry that stayed shows that the file as a whole is good.
    return changed.isEmpty ? Array(new.entries.prefix(1)) : changed
  }

  func bytes(_ path: FilePath) throws(BookError) -> [UInt8] {
    do throws(Errno) {
      return try FileSystem.read(path) ?? []
    } catch {
      throw BookError.cannotRead(path, error)
    }
  }

  private func wouldEmpty(_ book: Book) -> BookError {
    BookError(
      .wouldEmpty, home.book.string,
      "the change would remove all \(book.entries.count) hosts, and nobody asked for that",
      advice: "`sky hosts remove` names what is to go")
  }
}

extension BookStore {
  /// The entry of `alias`; throws `unknown` with "did you mean" when the book has none.
  public func find(_ alias: String) throws(BookError) -> AliasEntry {
    let book = try read()
    if let entry = book[alias] { return entry }
    let near = Suggestion.nearest(to: alias, in: book.entries.map(\.alias))
    let reason = "the book has no such alias"
    throw BookError(
      .unknown, alias, near.map { "\(reason); did you mean \($0)?" } ?? reason,
      advice: "`sky hosts list` shows all.")
  }
}
