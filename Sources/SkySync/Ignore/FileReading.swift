import SystemPackage

/// The few looks at files that finding the rules needs; what is found is pure from there on.
package protocol FileReading: Sendable {
  /// All of the regular file at `path`, links followed; empty for what is no regular file.
  func content(_ path: FilePath) throws(Errno) -> [UInt8]
  /// The same, failing (ELOOP) when the last part of `path` is a link.
  func ownContent(_ path: FilePath) throws(Errno) -> [UInt8]
  /// What is at `path`, links followed; nil when there is nothing to be seen.
  func kind(_ path: FilePath) -> FoundKind?
  /// `path` without links, `.` and `..`: realpath(3); nil when there is no such thing.
  func resolved(_ path: FilePath) -> FilePath?
}

/// What stands at a path.
package struct FoundKind: Equatable, Sendable {
  package var isFolder: Bool
  /// The number of the file system: git looks for no repository across its border.
  package var device: UInt64

  package init(isFolder: Bool, device: UInt64) {
    self.isFolder = isFolder
    self.device = device
  }
}

extension FilePath {
  /// The bytes as the system has them.
  var rawBytes: [UInt8] {
    withPlatformString { name in
      var end = name
      while end.pointee != 0 { end += 1 }
      return Array(UnsafeRawBufferPointer(start: name, count: end - name))
    }
  }

  init(rawBytes: some Sequence<UInt8>) {
    let name = rawBytes.prefix { $0 != 0 }.map { CInterop.PlatformChar(bitPattern: $0) } + [0]
    self = name.withUnsafeBufferPointer { name in
      name.baseAddress.map { FilePath(platformString: $0) } ?? FilePath()
    }
  }
}
