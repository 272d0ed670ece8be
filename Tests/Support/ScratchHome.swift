import HostBook
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A home of one test's own: `~/.ssh` and `~/.sky` lie in a scratch folder, which is gone afterwards.
///
/// `$HOME` is not the passwd home here, so that everything is written with absolute paths and works
/// through `ssh -F`.
public func withScratchHome<Result>(
  _ body: (SkyHome) async throws -> Result
) async throws -> Result {
  try await withScratchFolder { folder in
    try await body(SkyHome.scratch(in: folder))
  }
}

extension SkyHome {
  /// `.sky` and `.ssh/config` in `folder`; neither is made.
  public static func scratch(in folder: FilePath) -> SkyHome {
    let entry = getpwuid(geteuid())
    let passwdHome = entry.map { FilePath(platformString: $0.pointee.pw_dir) }
    return SkyHome(
      root: folder.appending(".sky"), userConfig: folder.appending(".ssh").appending("config"),
      home: folder, passwdHome: passwdHome ?? "/root")
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

/// `rm -rf`, without a process of its own.
public func removeTree(_ path: FilePath) throws {
  guard let status = try FileSystem.status(path, followLinks: false) else { return }
  guard status.kind == .folder else {
    try FileSystem.unlink(path)
    return
  }
  for name in try FileSystem.list(path) { try removeTree(path.appending(name)) }
  try FileSystem.removeFolder(path)
}
