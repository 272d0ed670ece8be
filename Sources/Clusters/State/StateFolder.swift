import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Folders and files that only the user may read.
enum StateFolder {
  /// Makes `path` and its parents; `path` itself gets mode 0700, also when it is there already.
  static func make(_ path: FilePath) throws(StateError) {
    if !isFolder(path) {
      let parent = path.removingLastComponent()
      if !parent.isEmpty, !isFolder(parent) { try make(parent) }
      if mkdir(path.string, 0o700) != 0, errno != EEXIST {
        throw cannotWrite(path, "cannot make the folder", Errno(rawValue: errno))
      }
    }
    guard isFolder(path) else { throw cannotWrite(path, "cannot make the folder", .notDirectory) }
    try setMode(path, 0o700)
  }

  /// Makes an empty file of mode 0600 where there is none; one that is there gets that mode.
  static func makeFile(_ path: FilePath) throws(StateError) {
    let descriptor = open(path.string, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw cannotWrite(path, "cannot open for writing", Errno(rawValue: errno))
    }
    close(descriptor)
    try setMode(path, 0o600)
  }

  static func cannotWrite(_ path: FilePath, _ tried: String, _ errno: Errno) -> StateError {
    StateError(
      .cannotWrite, path.string, "\(tried): \(errno)",
      advice: "Make it writable, or name another folder with SKY_HOME.")
  }

  private static func isFolder(_ path: FilePath) -> Bool {
    status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
  }

  private static func status(_ path: FilePath) -> stat? {
    var status = stat()
    return stat(path.string, &status) == 0 ? status : nil
  }

  /// Leaves a mode that is right alone, for a folder may be right and not ours.
  private static func setMode(_ path: FilePath, _ mode: mode_t) throws(StateError) {
    if let status = status(path), status.st_mode & 0o777 == mode { return }
    guard chmod(path.string, mode) == 0 else {
      throw cannotWrite(path, "cannot set its mode", Errno(rawValue: errno))
    }
  }
}
