import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// All that is known of one name in a folder, for byte-for-byte comparison.
public struct TreeFact: Equatable, Sendable, CustomStringConvertible {
  /// Relative to the folder that was read.
  public var path: [UInt8]
  /// `f`, `d`, `l`, `p`, `s`, … as `find -printf %y` names it.
  public var kind: Character
  /// 0o777 for links.
  public var mode: UInt16
  /// Nanoseconds since 1970.
  public var mtime: Int64
  /// A file's bytes; a link's target.
  public var content: [UInt8]
  /// The least path of those that are the same file; nil for a file with one name.
  public var sameAs: [UInt8]?

  public var description: String {
    let name = String(decoding: path, as: UTF8.self)
    return "\(kind) \(String(mode, radix: 8)) \(mtime) \(content.count) \(name)"
  }
}

extension FilePath {
  /// Everything below this folder, sorted by the bytes of the paths. Reads folders by descriptor, so no
  /// path is too long.
  ///
  /// - Parameter times: false sets every `mtime` to 0, for trees whose times do not matter.
  public func readTree(times: Bool = true) async throws -> [TreeFact] {
    let root = try check(open(string, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    var reader = TreeReader(times: times)
    try reader.read(root, path: [])
    return reader.sorted()
  }
}

private struct TreeReader {
  var times: Bool
  var facts: [(fact: TreeFact, identity: [UInt64])] = []

  /// Takes `folder` over.
  mutating func read(_ folder: Int32, path: [UInt8]) throws {
    guard let stream = fdopendir(folder) else { throw Errno(rawValue: errno) }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
      let start = UnsafeRawPointer(entry).advanced(by: offset)
      let length = strlen(start.assumingMemoryBound(to: CChar.self))
      let name = Array(UnsafeRawBufferPointer(start: start, count: length))
      if name == Array(".".utf8) || name == Array("..".utf8) { continue }
      try read(name, in: dirfd(stream), path: path.isEmpty ? name : path + [0x2F] + name)
    }
  }

  private mutating func read(_ name: [UInt8], in folder: Int32, path: [UInt8]) throws {
    let name = name.map { CChar(bitPattern: $0) } + [0]
    var status = stat()
    try check(fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW))
    let time = status.st_mtim
    var fact = TreeFact(
      path: path, kind: "?", mode: UInt16(status.st_mode & 0o7777),
      mtime: times ? Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) : 0, content: [])
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      fact.kind = "f"
      fact.content = try contents(of: name, in: folder)
    case S_IFDIR:
      fact.kind = "d"
      try read(
        check(openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)), path: path)
    case S_IFLNK:
      fact.kind = "l"
      fact.mode = 0o777
      var buffer = [CChar](repeating: 0, count: 1 << 16)
      let count = try check(Int32(readlinkat(folder, name, &buffer, buffer.count)))
      fact.content = buffer[..<Int(count)].map { UInt8(bitPattern: $0) }
    case S_IFIFO: fact.kind = "p"
    case S_IFSOCK: fact.kind = "s"
    case S_IFCHR: fact.kind = "c"
    case S_IFBLK: fact.kind = "b"
    default: break
    }
    let isShared = fact.kind == "f" && status.st_nlink > 1
    facts.append((fact, isShared ? [UInt64(status.st_dev), UInt64(status.st_ino)] : []))
  }

  private func contents(of name: [CChar], in folder: Int32) throws -> [UInt8] {
    let file = try check(openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC))
    defer { close(file) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = Int(try check(Int32(systemRead(file, &buffer, buffer.count))))
      if count == 0 { return content }
      content += buffer[..<count]
    }
  }

  mutating func sorted() -> [TreeFact] {
    facts.sort { $0.fact.path.lexicographicallyPrecedes($1.fact.path) }
    var first: [[UInt64]: [UInt8]] = [:]
    return facts.map { fact, identity in
      guard !identity.isEmpty else { return fact }
      var fact = fact
      fact.sameAs = first[identity] ?? fact.path
      first[identity] = fact.sameAs
      return fact
    }
  }
}

// The reader's own `read` hides the function's plain name.
#if canImport(Glibc)
  private let systemRead = Glibc.read
#else
  private let systemRead = Darwin.read
#endif
