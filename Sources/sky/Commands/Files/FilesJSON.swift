import SkySync

/// One file of `sky files --json`.
struct FileJSON: Encodable {
  var path: PathJSON
  var kind: String
  var size: Int64
  /// Octal, as chmod(1) takes it.
  var mode: String
  /// Nanoseconds since 1970.
  var mtime_ns: Int64

  init(_ entry: FileEntry) {
    path = PathJSON(bytes: entry.path)
    kind = "\(entry.kind)"
    size = entry.size
    mode = String(entry.mode, radix: 8)
    mtime_ns = entry.mtime
  }
}

/// One path of `sky files --ignored --json`, and the line that leaves it out.
struct IgnoredJSON: Encodable {
  var path: PathJSON
  var kind: String
  var file: PathJSON
  var line: Int
  var pattern: PathJSON

  init(_ ignored: FileScan.Ignored) {
    path = PathJSON(bytes: ignored.path)
    kind = ignored.isFolder ? "folder" : "file"
    file = PathJSON(bytes: ignored.rule.file)
    line = ignored.rule.line
    pattern = PathJSON(bytes: ignored.rule.pattern)
  }
}
