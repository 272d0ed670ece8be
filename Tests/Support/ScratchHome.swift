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
