#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Takes a tar stream apart and puts the wanted files in place, each by a rename. Blocking: runs on a thread of
/// its own. What was not asked for is ignored, whatever the node sends.
struct Extractor {
  private let folder: LocalFolder
  private let wanted: WantedList
  private let progress: (Int64) -> Void
  /// What became of each wanted file.
  private(set) var states: [State]
  private(set) var contentBytes: Int64 = 0
  private(set) var problems: [Problem] = []
  /// Why the first file that could not be written here could not.
  private(set) var unwritten: String?

  enum State: UInt8, Sendable { case waiting, failed, placed }

  init(
    into folder: LocalFolder, wanted: WantedList, progress: @escaping (Int64) -> Void
  ) {
    self.folder = folder
    self.wanted = wanted
    states = Array(repeating: .waiting, count: wanted.count)
    self.progress = progress
  }

  mutating func run(_ more: @escaping () throws -> UnsafeRawBufferPointer?) throws {
    // Tars fill up their ends, and a file may grow while it is packed.
    var reader = TarReader(mostSkipped: Self.mostSkipped, more)
    while let member = try reader.next() {
      let name = Self.plain(member.name)
      guard let (index, entry) = wanted.named(name).first(where: { states[$0.index] == .waiting })
      else { continue }
      states[index] = .failed
      guard member.size - entry.size <= max(entry.size, Self.mostGrowth) else {
        fail(entry, "became much larger on the node while it was fetched; the next pull fetches it")
        continue
      }
      switch member.type {
      case UInt8(ascii: "0") where entry.kind == .file: try addFile(member, entry, index, &reader)
      case UInt8(ascii: "1") where entry.kind == .file: addHardLink(member, entry, index)
      case UInt8(ascii: "2") where entry.kind == .link: addLink(member, entry, index)
      default: fail(entry, "became something else on the node while it was fetched")
      }
    }
    while try more() != nil {}
  }

  private static let mostSkipped: Int64 = 64 << 20
  private static let mostGrowth: Int64 = 1 << 30

  /// `./a`, `/a` and `a` are one name.
  private static func plain(_ name: [UInt8]) -> [UInt8] {
    var rest = name[...]
    while rest.first == .slash || rest.starts(with: [UInt8(ascii: "."), .slash]) {
      rest = rest.dropFirst(rest.first == .slash ? 1 : 2)
    }
    return Array(rest)
  }

  private mutating func addFile(
    _ member: TarReader.Member, _ entry: FileEntry, _ index: Int, _ reader: inout TarReader
  ) throws {
    let temporary = temporaryName(for: entry)
    let file = folder.create(temporary)
    guard file >= 0 else {
      unwritten = unwritten ?? LocalFolder.lastError
      return fail(entry, LocalFolder.lastError)
    }
    var failure: String?
    var content = HoledFile(file, size: member.size, member.holes)
    while let piece = try readOrRemove(&reader, file, temporary) {
      if failure == nil { failure = content.write(piece) }
      contentBytes += Int64(piece.count)
      progress(Int64(piece.count))
    }
    if let holes = member.holes {
      failure = failure ?? content.finish()
      progress(holes.size - holes.stored)
    }
    fchmod(file, mode_t(member.mode))
    close(file)
    failure = failure ?? folder.setTime(temporary, time(of: member, entry))
    place(temporary, entry, index, member, failure)
  }

  private func readOrRemove(
    _ reader: inout TarReader, _ file: CInt, _ temporary: [UInt8]
  ) throws -> UnsafeRawBufferPointer? {
    do {
      return try reader.read()
    } catch {
      close(file)
      _ = folder.remove(temporary, isFolder: false)
      throw error
    }
  }

  private mutating func addHardLink(
    _ member: TarReader.Member, _ entry: FileEntry, _ index: Int
  ) {
    let first = wanted.named(Self.plain(member.linkTarget))
      .first { states[$0.index] == .placed && $0.entry.kind == .file }?.entry.path
    guard let first else {
      return fail(entry, "is a hard link to a file that did not arrive")
    }
    let temporary = temporaryName(for: entry)
    place(temporary, entry, index, member, folder.hardLink(first, to: temporary))
  }

  private mutating func addLink(_ member: TarReader.Member, _ entry: FileEntry, _ index: Int) {
    let temporary = temporaryName(for: entry)
    let failure = folder.link(temporary, to: member.linkTarget, mtime: time(of: member, entry))
    place(temporary, entry, index, member, failure)
  }

  /// A tar without pax times gives whole seconds; the listing knew more, unless the file changed since.
  private func time(of member: TarReader.Member, _ entry: FileEntry) -> Int64 {
    member.mtime % 1_000_000_000 == 0 && member.mtime / 1_000_000_000 == entry.mtime / 1_000_000_000
      ? entry.mtime : member.mtime
  }

  private mutating func place(
    _ temporary: [UInt8], _ entry: FileEntry, _ index: Int, _ member: TarReader.Member,
    _ failure: String?
  ) {
    if let failure = failure ?? folder.move(temporary, to: entry.path) {
      _ = folder.remove(temporary, isFolder: false)
      unwritten = unwritten ?? failure
      return fail(entry, failure)
    }
    // A rename onto another name of the same file does nothing and leaves both.
    if member.type == UInt8(ascii: "1") { _ = folder.remove(temporary, isFolder: false) }
    states[index] = .placed
  }

  private mutating func fail(_ entry: FileEntry, _ reason: String) {
    problems.append(Problem(path: entry.path, reason: reason))
  }

  private func temporaryName(for entry: FileEntry) -> [UInt8] {
    entry.path.parentPath.joined([UInt8](".sky-pull.\(PushConversation.randomHex())"))
  }
}
