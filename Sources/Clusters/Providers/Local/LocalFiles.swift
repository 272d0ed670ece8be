import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The names in a folder.
enum FolderListing {
  /// Without `.` and `..`, in no order; empty when there is no such folder.
  static func names(in path: FilePath) -> [String] {
    guard let folder = opendir(path.string) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }
}

/// Small files and folders of nodes; every call may be made again after a crash.
enum LocalFiles {
  /// Makes the folder and those above it where they are missing, and gives it `mode`.
  static func makeFolder(_ path: FilePath, mode: mode_t) throws(ProviderError) {
    if access(path.string, F_OK) != 0 {
      try makeParents(of: path)
      guard mkdir(path.string, mode) == 0 || errno == EEXIST else {
        throw cannotWrite(path, "cannot make the folder")
      }
    }
    // mkdir's mode is cut by the umask.
    guard chmod(path.string, mode) == 0 else { throw cannotWrite(path, "cannot set its mode") }
  }

  private static func makeParents(of path: FilePath) throws(ProviderError) {
    let parent = path.removingLastComponent()
    guard access(parent.string, F_OK) != 0 else { return }
    try makeParents(of: parent)
    guard mkdir(parent.string, 0o755) == 0 || errno == EEXIST else {
      throw cannotWrite(parent, "cannot make the folder")
    }
  }

  static func makeLink(_ path: FilePath, to target: String) throws(ProviderError) {
    guard symlink(target, path.string) == 0 || errno == EEXIST else {
      throw cannotWrite(path, "cannot make the link")
    }
  }

  /// The whole file; nil when there is none or it cannot be read.
  static func read(_ path: FilePath) -> String? {
    bytes(path).map { String(decoding: $0, as: UTF8.self) }
  }

  static func bytes(_ path: FilePath) -> [UInt8]? {
    guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else {
      return nil
    }
    defer { try? file.close() }
    var bytes: [UInt8] = []
    while true {
      let piece = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
        count = (try? file.read(into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
      }
      if piece.isEmpty { return bytes }
      bytes += piece
    }
  }

  /// Puts a file with this text in place, whole or not at all.
  static func write(
    _ text: String, to path: FilePath, mode: CInterop.Mode
  ) throws(ProviderError) {
    guard read(path) != text else { return }
    let fresh = FilePath(path.string + ".new")
    _ = unlink(fresh.string)
    try fill(fresh, text, options: [.create, .exclusiveCreate], mode: mode)
    guard rename(fresh.string, path.string) == 0 else {
      throw cannotWrite(path, "cannot put the file in place")
    }
  }

  /// Writes over a file that running nodes have bound: it has to stay the same file.
  static func writeInPlace(
    _ text: String, to path: FilePath, mode: CInterop.Mode
  ) throws(ProviderError) {
    guard read(path) != text else { return }
    try fill(path, text, options: [.create, .truncate], mode: mode)
  }

  private static func fill(
    _ path: FilePath, _ text: String, options: FileDescriptor.OpenOptions, mode: CInterop.Mode
  ) throws(ProviderError) {
    do {
      let file = try FileDescriptor.open(
        path, .writeOnly, options: options.union([.closeOnExec, .noFollow]),
        permissions: FilePermissions(rawValue: mode))
      try file.closeAfter {
        // open's mode is cut by the umask.
        guard fchmod(file.rawValue, mode) == 0 else { throw Errno(rawValue: errno) }
        try file.writeAll(Array(text.utf8))
      }
    } catch {
      throw ProviderError(.cannotWrite, path.string, "cannot write the file: \(error)")
    }
  }

  static func cannotWrite(_ path: FilePath, _ what: String) -> ProviderError {
    ProviderError(.cannotWrite, path.string, "\(what): \(Errno(rawValue: errno))")
  }
}
