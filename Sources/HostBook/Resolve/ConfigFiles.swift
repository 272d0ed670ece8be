import SystemPackage

/// The files that a resolution may read: the real ones (`LiveConfigFiles`) or a test's own.
public protocol ConfigFiles: Sendable {
  /// The whole file, links followed, with the verdict on owner and mode.
  ///
  /// - Throws: the errno of open(2) or read(2). A folder opens and is empty, as fopen(3) has it.
  func read(_ path: FilePath) throws(Errno) -> ConfigFileContents
  /// The names in a folder, without order; nil when it cannot be listed.
  func names(in folder: FilePath) -> [[UInt8]]?
  /// Whether something is there, a dangling link included (lstat(2)).
  func exists(_ path: FilePath) -> Bool
  /// Whether something is there, links followed (stat(2)).
  func isReachable(_ path: FilePath) -> Bool
}

public struct ConfigFileContents: Sendable {
  public var bytes: [UInt8]
  /// Owned by the user or by root, and nobody else may write it (secure_permissions in misc.c).
  public var isTrusted: Bool

  public init(bytes: [UInt8], isTrusted: Bool = true) {
    self.bytes = bytes
    self.isTrusted = isTrusted
  }
}
