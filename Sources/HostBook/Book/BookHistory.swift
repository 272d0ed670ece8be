import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The state before each of the last changes, one numbered folder a change. Used under the lock.
struct BookHistory {
  static let kept = 20
  let home: SkyHome

  init(_ home: SkyHome) { self.home = home }

  /// Keeps the files as they are now; those that do not exist are noted as `NAME.absent`.
  func record(_ files: [FilePath]) throws(BookError) -> FilePath {
    let number = (numbers().last ?? 0) + 1
    let folder = folder(number)
    do throws(Errno) {
      try FileSystem.makeFolder(folder)
      try Ownership.adopt(folder)
      for file in files { try keep(file, in: folder) }
      // A `sudo sky` must not keep its user from clearing up.
      for name in try FileSystem.list(folder) { try Ownership.adopt(folder.appending(name)) }
    } catch {
      discard(folder)
      throw BookError.cannotWrite(folder, error)
    }
    return folder
  }

  /// Takes a record away again.
  func discard(_ record: FilePath) {
    for name in (try? FileSystem.list(record)) ?? [] {
      _ = try? FileSystem.unlink(record.appending(name))
    }
    _ = try? FileSystem.removeFolder(record)
  }

  /// Lets the oldest records go.
  func prune() {
    for number in numbers().dropLast(Self.kept) { discard(folder(number)) }
  }

  /// All records, the latest first.
  func records() -> [FilePath] { numbers().reversed().map(folder) }

  /// A file as it was: `.some(nil)` when it did not exist, nil when the record does not speak of it.
  func content(of file: FilePath, in record: FilePath) throws(BookError) -> [UInt8]?? {
    guard let name = file.lastComponent?.string else { return nil }
    do throws(Errno) {
      if let bytes = try FileSystem.read(record.appending(name)) { return .some(bytes) }
      let isAbsent = try FileSystem.status(record.appending(name + ".absent")) != nil
      return isAbsent ? .some(nil) : nil
    } catch {
      throw BookError.cannotRead(record, error)
    }
  }

  private func keep(_ file: FilePath, in folder: FilePath) throws(Errno) {
    guard let name = file.lastComponent else { return }
    guard let content = try FileSystem.read(file) else {
      close(try FileSystem.create(folder.appending(name.string + ".absent")))
      return
    }
    do {
      // A replaced file keeps its content under this second name: nothing is copied.
      try FileSystem.link(file, to: folder.appending(name))
    } catch  where error != .canceled && error != .noSpace {
      let copy = try FileSystem.create(folder.appending(name))
      defer { close(copy) }
      try FileSystem.write(content, to: copy)
    }
  }

  private func numbers() -> [Int] {
    ((try? FileSystem.list(home.backups)) ?? []).compactMap { Int($0.string) }.sorted()
  }

  private func folder(_ number: Int) -> FilePath {
    let digits = "\(number)"
    let padded = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    return home.backups.appending(padded)
  }
}

extension BookHistory {
  private static let configNames: [(IncludeLine.Goal, String)] = [
    (.include, "config.include"), (.inline, "config.inline"), (.nothing, "config.nothing"),
  ]

  /// Notes what the user's config held of ours. Its bytes are not kept: undoing does the inverse edit,
  /// so that what the user wrote since stays.
  func record(wasConfig goal: IncludeLine.Goal) throws(BookError) -> FilePath {
    let folder = try record([])
    for (known, name) in Self.configNames where known == goal {
      do throws(Errno) {
        close(try FileSystem.create(folder.appending(name)))
        try Ownership.adopt(folder.appending(name))
      } catch {
        discard(folder)
        throw BookError.cannotWrite(folder, error)
      }
    }
    return folder
  }

  /// What the user's config held of ours before the change; nil when the change was not about it.
  func config(in record: FilePath) -> IncludeLine.Goal? {
    Self.configNames.first { _, name in
      (try? FileSystem.status(record.appending(name))) != nil
    }?.0
  }
}
