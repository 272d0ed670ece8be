import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension FilePath {
  /// Makes this folder, if need be, and in it what the literal says, in its order. A file that is there
  /// already is written again; modes and times of folders are set when all is in them.
  public func make(_ tree: TreeLiteral) async throws {
    try makeFolders(string)
    let root = try check(open(string, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    defer { close(root) }
    try make(tree, in: root, root: root)
  }

  private func make(_ tree: TreeLiteral, in folder: Int32, root: Int32) throws {
    for (name, item) in tree.items {
      let parts = name.split(separator: UInt8(ascii: "/")).map(nameOf)
      guard let last = parts.last else { continue }
      let parent = try enter(parts.dropLast(), of: folder)
      defer { close(parent) }
      try make(item, last, in: parent, root: root)
    }
  }

  private func make(_ item: TreeItem, _ name: [CChar], in folder: Int32, root: Int32) throws {
    switch item {
    case .content(let bytes, let mode, let mtime):
      try write(bytes, mode, to: name, in: folder)
      try setTime(mtime, of: name, in: folder)
    case .folder(let content, let mode, let mtime):
      let inner = try enter([name], of: folder)
      defer { close(inner) }
      try make(content, in: inner, root: root)
      try check(fchmod(inner, mode_t(mode)))
      try setTime(mtime, of: name, in: folder)
    case .symbolicLink(let target, let mtime):
      try check(symlinkat(nameOf(target[...]), folder, name))
      try setTime(mtime, of: name, in: folder)
    case .hardLink(let other):
      let parts = other.bytes.split(separator: UInt8(ascii: "/")).map(nameOf)
      let source = try enter(parts.dropLast(), of: root)
      defer { close(source) }
      try check(linkat(source, parts.last ?? [0], folder, name, 0))
    case .fifo:
      try check(mkfifoat(folder, name, 0o644))
    case .socket:
      try makeSocket(name, in: folder)
    }
  }
}

private func nameOf(_ bytes: ArraySlice<UInt8>) -> [CChar] {
  bytes.map { CChar(bitPattern: $0) } + [0]
}

@discardableResult
func check(_ result: Int32) throws -> Int32 {
  guard result >= 0 else { throw Errno(rawValue: errno) }
  return result
}

private func makeFolders(_ path: String) throws {
  var parent = FilePath(path)
  guard mkdir(path, 0o755) != 0, errno != EEXIST else { return }
  guard errno == ENOENT, parent.removeLastComponent() else { throw Errno(rawValue: errno) }
  try makeFolders(parent.string)
  try check(mkdir(path, 0o755))
}

/// A new descriptor of the folder at these names, which are made where missing.
private func enter(_ names: some Sequence<[CChar]>, of folder: Int32) throws -> Int32 {
  var current = try check(dup(folder))
  for name in names {
    let outer = current
    defer { close(outer) }
    if mkdirat(current, name, 0o755) != 0, errno != EEXIST { throw Errno(rawValue: errno) }
    current = try check(openat(current, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
  }
  return current
}

private func write(_ bytes: [UInt8], _ mode: UInt16, to name: [CChar], in folder: Int32) throws {
  let file = try check(
    openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600))
  defer { close(file) }
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { systemWrite(file, $0.baseAddress, $0.count) }
    try check(Int32(clamping: count))
    rest = rest.dropFirst(count)
  }
  try check(fchmod(file, mode_t(mode)))
}

private func setTime(_ mtime: Int64?, of name: [CChar], in folder: Int32) throws {
  guard let mtime else { return }
  let (seconds, rest) = mtime.quotientAndRemainder(dividingBy: 1_000_000_000)
  let time =
    rest < 0
    ? timespec(tv_sec: Int(seconds) - 1, tv_nsec: Int(rest) + 1_000_000_000)
    : timespec(tv_sec: Int(seconds), tv_nsec: Int(rest))
  try check(utimensat(folder, name, [time, time], AT_SYMLINK_NOFOLLOW))
}

/// Binds through /proc: a socket's path has to be short, whatever the folder's is.
private func makeSocket(_ name: [CChar], in folder: Int32) throws {
  #if canImport(Glibc)
    let file = try check(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
    defer { close(file) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = "/proc/self/fd/\(folder)/".utf8CString.dropLast() + name
    withUnsafeMutableBytes(of: &address.sun_path) { target in
      path.withUnsafeBytes { target.copyMemory(from: .init(rebasing: $0.prefix(target.count))) }
    }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    try check(
      withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(file, $0, size) }
      })
  #endif
}

// Members of the types above hide the functions' plain names.
#if canImport(Glibc)
  private let systemWrite = Glibc.write
#else
  private let systemWrite = Darwin.write
#endif
