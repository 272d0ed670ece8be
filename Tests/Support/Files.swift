import SystemPackage

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

/// Writes a file anew, readable by its owner only unless `mode` says otherwise.
public func writeFile(
  _ path: FilePath, _ bytes: [UInt8], mode: FilePermissions = .ownerReadWrite
) throws {
  let file = try FileDescriptor.open(
    path, .writeOnly, options: [.create, .truncate], permissions: mode)
  _ = try file.closeAfter { try file.writeAll(bytes) }
}

public func writeFile(_ path: FilePath, _ text: String) throws {
  try writeFile(path, Array(text.utf8))
}

/// Adds to the end of a file.
public func appendFile(_ path: FilePath, _ bytes: [UInt8]) throws {
  let file = try FileDescriptor.open(
    path, .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
  _ = try file.closeAfter { try file.writeAll(bytes) }
}
