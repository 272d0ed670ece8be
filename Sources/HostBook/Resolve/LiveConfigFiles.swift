import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The real file system.
public struct LiveConfigFiles: ConfigFiles {
  /// Who runs ssh: owner of the files besides root.
  public var uid: UInt32
  /// Debian lets a file be group-writable when the group has no other member than its owner.
  public var trustsPrivateGroups: Bool

  public init(uid: UInt32, trustsPrivateGroups: Bool) {
    self.uid = uid
    self.trustsPrivateGroups = trustsPrivateGroups
  }

  public func read(_ path: FilePath) throws(Errno) -> ConfigFileContents {
    let descriptor = open(path.string, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Errno(rawValue: errno) }
    let isTrusted = isTrusted(status)
    if status.st_mode & S_IFMT == S_IFDIR {
      return ConfigFileContents(bytes: [], isTrusted: isTrusted)
    }
    return ConfigFileContents(
      bytes: try Self.readAll(descriptor, expecting: Int(status.st_size)), isTrusted: isTrusted)
  }

  private static func readAll(_ descriptor: Int32, expecting size: Int) throws(Errno) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = max(size + 1, 4096)
    while true {
      var failure: Errno?
      let before = bytes.count
      bytes += [UInt8](unsafeUninitializedCapacity: chunk) { buffer, count in
        let got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        count = max(got, 0)
        if got < 0 { failure = Errno(rawValue: errno) }
      }
      if let failure {
        if failure == .interrupted { continue }
        throw failure
      }
      if bytes.count == before { return bytes }
      chunk = 65536
    }
  }

  public func names(in folder: FilePath) -> [[UInt8]]? {
    guard let stream = opendir(folder.string) else { return nil }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      names.append(name)
    }
    return names
  }

  public func exists(_ path: FilePath) -> Bool {
    var status = stat()
    return lstat(path.string, &status) == 0
  }

  public func isReachable(_ path: FilePath) -> Bool {
    var status = stat()
    return stat(path.string, &status) == 0
  }

  private func isTrusted(_ status: stat) -> Bool {
    guard status.st_uid == 0 || status.st_uid == uid, status.st_mode & 0o002 == 0 else {
      return false
    }
    if status.st_mode & 0o020 == 0 { return true }
    return trustsPrivateGroups
      && PrivateGroup.belongsOnly(to: uid, group: status.st_gid, owner: status.st_uid)
  }
}

/// Debian's user-private-group rule (secure_permissions in misc.c).
private enum PrivateGroup {
  /// Whether `group` has exactly one member, the owner of the file.
  static func belongsOnly(to uid: UInt32, group: gid_t, owner: uid_t) -> Bool {
    guard let entry = getgrgid(group) else { return false }
    var members = 0
    setpwent()
    defer { endpwent() }
    while let user = getpwent() {
      guard user.pointee.pw_gid == group else { continue }
      if user.pointee.pw_uid != uid { return false }
      members += 1
    }
    guard let names = entry.pointee.gr_mem, let first = names[0] else { return members > 0 }
    guard let name = getpwuid(owner)?.pointee.pw_name else { return false }
    return strcmp(name, first) == 0 && names[1] == nil
  }
}
