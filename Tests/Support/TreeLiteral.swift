/// A tree of files as a literal: `["a.txt": .file("x", mode: 0o600), "d": ["e": .file("")], "l": .link("a.txt")]`.
///
/// Names may hold several parts; the folders they need are made. A name that is no UTF-8 is written
/// `.bytes([0xFF])` as a key of `TreeLiteral.item`.
public struct TreeLiteral: ExpressibleByDictionaryLiteral, Sendable {
  public var items: [(name: [UInt8], item: TreeItem)]

  public init(dictionaryLiteral elements: (TreeName, TreeItem)...) {
    items = elements.map { ($0.0.bytes, $0.1) }
  }

  public init(_ items: [(name: [UInt8], item: TreeItem)] = []) { self.items = items }
}

/// A path below a folder: a string literal, or `.bytes(…)`.
public struct TreeName: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, Sendable {
  public var bytes: [UInt8]

  public init(stringLiteral value: String) { bytes = Array(value.utf8) }
  public static func bytes(_ bytes: [UInt8]) -> TreeName {
    var name: TreeName = ""
    name.bytes = bytes
    return name
  }
}

/// What stands at a name.
public enum TreeItem: ExpressibleByDictionaryLiteral, Sendable {
  /// `mtime` is in nanoseconds since 1970; nil leaves the time of the making.
  case content([UInt8], mode: UInt16, mtime: Int64?)
  case folder(TreeLiteral, mode: UInt16, mtime: Int64?)
  case symbolicLink([UInt8], mtime: Int64?)
  /// Another name of a file that stands before it in the literal.
  case hardLink(to: TreeName)
  case fifo
  case socket

  public init(dictionaryLiteral elements: (TreeName, TreeItem)...) {
    self = .folder(
      TreeLiteral(elements.map { ($0.0.bytes, $0.1) }), mode: 0o755, mtime: nil)
  }

  public static func file(_ text: String, mode: UInt16 = 0o644, mtime: Int64? = nil) -> TreeItem {
    .content(Array(text.utf8), mode: mode, mtime: mtime)
  }

  public static func file(
    bytes: [UInt8], mode: UInt16 = 0o644, mtime: Int64? = nil
  ) -> TreeItem {
    .content(bytes, mode: mode, mtime: mtime)
  }

  public static func folder(mode: UInt16 = 0o755, mtime: Int64? = nil) -> TreeItem {
    .folder([:], mode: mode, mtime: mtime)
  }

  public static func link(_ target: String, mtime: Int64? = nil) -> TreeItem {
    .symbolicLink(Array(target.utf8), mtime: mtime)
  }
}
