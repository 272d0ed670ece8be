import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// This machine's files.
package struct LocalFiles: FileReading {
  package init() {}

  package func content(_ path: FilePath) throws(Errno) -> [UInt8] {
    try readRegularFile(path.rawBytes, in: AT_FDCWD, followsLinks: true)
  }

  package func ownContent(_ path: FilePath) throws(Errno) -> [UInt8] {
    try readRegularFile(path.rawBytes, in: AT_FDCWD, followsLinks: false)
  }

  package func kind(_ path: FilePath) -> FoundKind? {
    var status = stat()
    guard path.withPlatformString({ stat($0, &status) }) == 0 else { return nil }
    return FoundKind(
      isFolder: status.st_mode & S_IFMT == S_IFDIR,
      device: UInt64(truncatingIfNeeded: status.st_dev))
  }

  package func resolved(_ path: FilePath) -> FilePath? {
    guard let name = path.withPlatformString({ realpath($0, nil) }) else { return nil }
    defer { free(name) }
    return FilePath(platformString: name)
  }
}
