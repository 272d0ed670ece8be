#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension UInt8 {
  static let slash = UInt8(ascii: "/")
}

extension UnsafeRawBufferPointer {
  /// Whether it sorts before `other` by its bytes, as `LC_ALL=C sort` has it.
  func precedes(_ other: UnsafeRawBufferPointer) -> Bool {
    guard let mine = baseAddress, let theirs = other.baseAddress else { return count < other.count }
    let order = memcmp(mine, theirs, Swift.min(count, other.count))
    return order == 0 ? count < other.count : order < 0
  }
}

extension Array<UInt8> {
  /// Whether it sorts before `other` by its bytes, as `LC_ALL=C sort` has it.
  func precedes(_ other: [UInt8]) -> Bool {
    withUnsafeBytes { mine in other.withUnsafeBytes { mine.precedes($0) } }
  }

  /// The folder that a relative path is in; empty for the root.
  var parentPath: [UInt8] {
    lastIndex(of: UInt8.slash).map { Array(self[..<$0]) } ?? []
  }

  /// The part after the last slash.
  var lastPart: [UInt8] {
    lastIndex(of: UInt8.slash).map { Array(self[($0 + 1)...]) } ?? self
  }

  /// Whether it is below `folder` (or the folder itself); everything is below the empty path.
  func isIn(_ folder: [UInt8]) -> Bool {
    folder.isEmpty
      || (starts(with: folder) && (count == folder.count || self[folder.count] == UInt8.slash))
  }

  /// Whether `folder` is the folder that it is in; the empty path is the root.
  func isChild(of folder: [UInt8]) -> Bool {
    guard !folder.isEmpty else { return !contains(.slash) }
    return count > folder.count && self[folder.count] == .slash && starts(with: folder)
      && !self[(folder.count + 1)...].contains(.slash)
  }

  func joined(_ name: [UInt8]) -> [UInt8] {
    if isEmpty { return name }
    return last == UInt8.slash ? self + name : self + [UInt8.slash] + name
  }

  /// Parts separated by single slashes, none of them `.` or `..`, no NUL, not empty.
  var isPlainRelativePath: Bool {
    var length = 0
    var dots = 0
    for byte in self {
      if byte == 0 { return false }
      if byte == UInt8.slash {
        if length == 0 || (length == dots && dots <= 2) { return false }
        (length, dots) = (0, 0)
      } else {
        length += 1
        if byte == UInt8(ascii: ".") { dots += 1 }
      }
    }
    return length > 0 && !(length == dots && dots <= 2)
  }

  init(_ text: String) { self = Swift.Array(text.utf8) }
}
