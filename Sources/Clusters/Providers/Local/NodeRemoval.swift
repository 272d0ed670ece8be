import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Removes the folders of a cluster whose processes have ended.
enum NodeRemoval {
  /// First by one rename, so that a removal cut short never leaves nodes with half of their files.
  static func remove(_ cluster: String, in nodes: FilePath) async throws(ProviderError) {
    // No cluster's name begins with a dot.
    let doomed = nodes.appending(".removed-\(cluster)")
    try await clear(doomed)
    let path = nodes.appending(cluster)
    guard rename(path.string, doomed.string) == 0 else {
      guard errno == ENOENT else { throw LocalFiles.cannotWrite(path, "cannot remove") }
      return
    }
    try await clear(doomed)
  }

  private static func clear(_ path: FilePath) async throws(ProviderError) {
    guard ProcessTable.FileIdentity(path.string) != nil else { return }
    // Folders that a task made unreadable keep rm out; chmod does not follow links here.
    _ = try await LocalProgram.run("/bin/chmod", ["-R", "u+rwx", "--", path.string])
    try await LocalProgram.need(
      "/bin/rm", ["-rf", "--", path.string], for: path, code: .cannotWrite, "cannot remove")
  }
}
