import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What local nodes need to know of the machine that they run on. A value: looked up once, handed down.
package struct LocalMachine: Equatable, Sendable {
  /// Who runs the nodes, and who logs in to them.
  package struct Login: Equatable, Sendable {
    package var name: String
    package var uid: UInt32
    package var gid: UInt32
    /// The same path inside a node as here; there it is another, empty folder.
    package var home: FilePath
    package var shell: String
  }

  /// A folder such as `/bin` that belongs to the system: a link on a machine with merged `/usr`.
  package struct SystemFolder: Equatable, Sendable {
    package var name: String
    /// Where it points; nil for a real folder, which is then bound read-only.
    package var target: String?
  }

  package var login: Login
  package var programs: LocalPrograms
  package var systemFolders: [SystemFolder]
  /// Files of `/etc` that exist here and that a node has its own version of.
  package var accountFiles: [String]
  /// Files outside `/etc` and `/usr` to which links in `/etc` point.
  package var linkedFiles: [String]
  /// Names in `/dev` that a node of root gets besides the harmless ones: FUSE and accelerators.
  package var devices: [String]

  package var isRoot: Bool { login.uid == 0 }
}

extension LocalMachine {
  /// Looks at this machine; programs are searched in `searchPath`.
  package static func current(searchPath: [FilePath]) throws(ProviderError) -> LocalMachine {
    let shell = access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh"
    return LocalMachine(
      login: try currentLogin(shell: shell),
      programs: try LocalPrograms.find(in: searchPath),
      systemFolders: systemFolders(),
      accountFiles: AccountFiles.names.filter { access("/etc/\($0)", F_OK) == 0 },
      linkedFiles: linkedFiles(["/etc/resolv.conf", "/etc/localtime"]),
      devices: deviceNames())
  }

  private static func currentLogin(shell: String) throws(ProviderError) -> Login {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16 << 10)
    let uid = getuid()
    let status = getpwuid_r(uid, &entry, &buffer, buffer.count, &found)
    guard status == 0, found != nil, let name = entry.pw_name, let home = entry.pw_dir else {
      throw ProviderError(
        .unavailable, "user \(uid)", "has no entry in the password database",
        advice: "run sky as a user that `id` can name")
    }
    return Login(
      name: String(cString: name), uid: uid, gid: entry.pw_gid,
      home: homeInNode(FilePath(platformString: home), user: String(cString: name)), shell: shell)
  }

  /// The home of `user` inside a node: as here, but never in a folder that is read-only there.
  static func homeInNode(_ home: FilePath, user: String) -> FilePath {
    let taken = ["usr", "etc", "proc", "dev", "sys", "run", "tmp"]
    let first = home.components.first?.string
    let usable = home.isAbsolute && first.map { !taken.contains($0) } ?? false
    return usable ? home.lexicallyNormalized() : FilePath("/home").appending(user)
  }

  private static func systemFolders() -> [SystemFolder] {
    ["bin", "sbin", "lib", "lib32", "lib64", "libx32"].compactMap { name in
      guard access("/\(name)", F_OK) == 0 else { return nil }
      return SystemFolder(name: name, target: linkTarget("/\(name)"))
    }
  }

  private static func linkTarget(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.bindMemory(to: CChar.self).baseAddress.map { readlink(path, $0, bytes.count) } ?? -1
    }
    return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
  }

  private static func linkedFiles(_ paths: [String]) -> [String] {
    paths.compactMap { path in
      guard let real = realpath(path, nil) else { return nil }
      defer { free(real) }
      let target = String(cString: real)
      return target.hasPrefix("/etc/") || target.hasPrefix("/usr/") ? nil : target
    }
  }

  private static func deviceNames() -> [String] {
    let wanted = ["fuse", "nvidia", "kfd", "dri"]
    return FolderListing.names(in: "/dev")
      .filter { name in wanted.contains { name.hasPrefix($0) } }
      .sorted()
  }
}
