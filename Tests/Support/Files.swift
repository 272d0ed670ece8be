import HostBook
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// All bytes of a file.
public func readFile(_ path: FilePath) throws -> [UInt8] {
  let file = try FileDescriptor.open(path, .readOnly)
  return try file.closeAfter {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = try piece.withUnsafeMutableBytes { try file.read(into: $0) }
      if count == 0 { return bytes }
      bytes += piece[..<count]
    }
  }
}

/// Makes a file with exactly these bytes, and the folders above it.
public func writeFile(_ path: FilePath, _ bytes: [UInt8], mode: UInt16 = 0o600) throws {
  try makeFolders(path.removingLastComponent())
  let file = try FileDescriptor.open(
    path, .writeOnly, options: [.create, .truncate],
    permissions: FilePermissions(rawValue: 0o600))
  try file.closeAfter { _ = try file.writeAll(bytes) }
  guard path.withPlatformString({ chmod($0, mode_t(mode)) }) == 0 else {
    throw Errno(rawValue: errno)
  }
}

public func writeFile(_ path: FilePath, _ text: String, mode: UInt16 = 0o600) throws {
  try writeFile(path, Array(text.utf8), mode: mode)
}

/// The bytes of a file, nil when there is none.
public func readFile(_ path: FilePath) throws -> [UInt8]? {
  try FileSystem.read(path)
}

/// `mkdir -p`, each folder 0700.
public func makeFolders(_ path: FilePath) throws {
  if path.isEmpty || path == path.removingLastComponent() { return }
  if try FileSystem.status(path) != nil { return }
  try makeFolders(path.removingLastComponent())
  guard path.withPlatformString({ mkdir($0, 0o700) }) == 0 || errno == EEXIST else {
    throw Errno(rawValue: errno)
  }
}

/// Adds to the end of a file.
public func appendFile(_ path: FilePath, _ bytes: [UInt8]) throws {
  let file = try FileDescriptor.open(
    path, .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
  _ = try file.closeAfter { try file.writeAll(bytes) }
}
