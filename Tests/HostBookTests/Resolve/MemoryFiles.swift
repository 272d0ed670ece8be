import SystemPackage

@testable import HostBook

/// Files that exist only in a test: no disk, any owner.
struct MemoryFiles: ConfigFiles {
  var texts: [FilePath: String]
  var untrusted: Set<FilePath> = []
  var unreadable: Set<FilePath> = []

  func read(_ path: FilePath) throws(Errno) -> ConfigFileContents {
    if unreadable.contains(path) { throw .permissionDenied }
    guard let text = texts[path] else { throw .noSuchFileOrDirectory }
    return ConfigFileContents(bytes: Array(text.utf8), isTrusted: !untrusted.contains(path))
  }

  func names(in folder: FilePath) -> [[UInt8]]? {
    texts.keys.filter { $0.removingLastComponent() == folder }
      .compactMap { $0.lastComponent.map { Array($0.string.utf8) } }
  }

  func exists(_ path: FilePath) -> Bool { texts[path] != nil }
  func isReachable(_ path: FilePath) -> Bool { exists(path) }
}

extension ResolverEnvironment {
  /// User `me` on `box`, home `/home/me`, with nothing but these files.
  static func memory(
    _ files: MemoryFiles, source: Source = .standard, exec: ExecPolicy = .refuse,
    profile: VersionProfile = .debian9_2
  ) -> ResolverEnvironment {
    ResolverEnvironment(
      home: "/home/me", passwdHome: "/home/me", user: "me", uid: 1000,
      localHostname: "box.example.org", variables: ["HOME": "/home/me"], profile: profile,
      source: source, exec: exec, files: files, homeOfUser: { _ in nil },
      servicePort: { $0 == "ssh" ? 22 : nil }, numericAddress: { _, _ in nil },
      lookUp: { name, _ in
        name == "www.example.org." ? .init(canonicalName: "real.example.org") : nil
      })
  }

  /// One user file.
  static func memory(
    _ text: String, exec: ExecPolicy = .refuse, profile: VersionProfile = .debian9_2
  ) -> ResolverEnvironment {
    memory(
      MemoryFiles(texts: ["/home/me/.ssh/config": text]), exec: exec, profile: profile)
  }
}
