import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The programs that local nodes are made with.
package struct LocalPrograms: Equatable, Sendable {
  package var bwrap: FilePath
  /// Under `/usr`, for that is what a node sees.
  package var sshd: FilePath
  package var sshKeygen: FilePath
  package var setsid: FilePath

  /// Where they are looked for by default.
  package static let systemPath: [FilePath] = [
    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
  ]

  static func find(in path: [FilePath]) throws(ProviderError) -> LocalPrograms {
    #if !os(Linux)
      throw ProviderError(
        .unavailable, "local nodes", "need Linux: they are made of its namespaces",
        advice: "use --infra ssh/POOL with machines of your own")
    #else
      let seenInNodes = path.filter { systemPath.contains($0) || $0.starts(with: "/usr") }
      return LocalPrograms(
        bwrap: try find("bwrap", package: "bubblewrap", in: path),
        sshd: try find("sshd", package: "openssh-server", in: seenInNodes),
        sshKeygen: try find("ssh-keygen", package: "openssh-client", in: path),
        setsid: try find("setsid", package: "util-linux", in: path))
    #endif
  }

  private static func find(
    _ name: String, package: String, in path: [FilePath]
  ) throws(ProviderError) -> FilePath {
    for folder in path {
      let file = folder.appending(name)
      if access(file.string, X_OK) == 0 { return file }
    }
    throw ProviderError(
      .unavailable, name, "is not installed, and local nodes are made with it",
      advice: "sudo apt-get install \(package)")
  }
}
