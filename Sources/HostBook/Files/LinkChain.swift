import SystemPackage

/// Where a path leads when every symbolic link at its end is followed, also a dangling one.
package enum LinkChain {
  /// The path of the file itself, so that a rename replaces the file and keeps every link to it.
  ///
  /// Throws `.tooManySymbolicLinkLevels` (ELOOP) after 40 links, as the kernel does.
  package static func target(of path: FilePath) throws(Errno) -> FilePath {
    var path = path
    for _ in 0..<40 {
      guard let status = try FileSystem.status(path, followLinks: false), status.kind == .link
      else {
        return path
      }
      let link = try FileSystem.readLink(path)
      path = link.isAbsolute ? link : path.removingLastComponent().pushing(link)
    }
    throw .tooManySymbolicLinkLevels
  }
}
